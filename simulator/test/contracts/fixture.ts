import type { TenantClient } from './tenant-client.ts';

/** Names of things in the tenant that the cases ask for. */
export type Fixture = {
  readonly userId: string;
  readonly driveId: string;
  readonly fileId: string;
  readonly folderId: string;
  readonly mailboxId: string;
  readonly mailFolderId: string;
  readonly mailItemId: string;
  /** A message with an attachment. */
  readonly messageId: string;
  readonly attachmentId: string;
};

type Entity = Readonly<Record<string, string>>;

export async function makeFixture(client: TenantClient): Promise<Fixture> {
  const list = async (path: string): Promise<Entity[]> => {
    const { status, body } = await client.graph('GET', path);
    if (status !== 200) throw new Error(`${path} answers ${status} ${JSON.stringify(body)}`);
    return body['value'] as Entity[];
  };
  const userId = (await list('/users'))[0]?.['id'] ?? '';
  const driveId = (await list(`/users/${userId}/drives`))[0]?.['id'] ?? '';
  const items = await list(`/drives/${driveId}/root/delta`);
  const settings = await client.graph('GET', `/users/${userId}/settings/exchange`);
  const mailboxId = String(settings.body['primaryMailboxId']);
  const folders = `/admin/exchange/mailboxes/${mailboxId}/folders`;
  const counted = (await list(`${folders}?$top=100`)) as readonly Record<string, unknown>[];
  const filled = counted.find((folder) => Number(folder['totalItemCount']) > 0);
  const mailFolderId = String(filled?.['id']);
  const messageId = await makeMessage(client, userId);
  const attachments = await list(`/users/${userId}/messages/${messageId}/attachments`);
  return {
    userId,
    driveId,
    fileId: items.find((item) => item['file'])?.['id'] ?? '',
    folderId: items.find((item) => item['folder'] && !item['root'])?.['id'] ?? '',
    mailboxId,
    mailFolderId,
    mailItemId: (await list(`${folders}/${mailFolderId}/items`))[0]?.['id'] ?? '',
    messageId,
    attachmentId: attachments[0]?.['id'] ?? '',
  };
}

async function makeMessage(client: TenantClient, userId: string): Promise<string> {
  const contentBytes = Buffer.from('an attachment').toString('base64');
  const { status, body } = await client.graph('POST', `/users/${userId}/messages`, {
    json: {
      subject: 'with attachment',
      body: { contentType: 'text', content: 'see there' },
      toRecipients: [{ emailAddress: { name: 'Adele', address: 'adele.vance@contoso.example' } }],
      attachments: [{ '@odata.type': '#microsoft.graph.fileAttachment', name: 'a', contentBytes }],
    },
  });
  if (status !== 201) throw new Error(`a message is refused: ${JSON.stringify(body)}`);
  return String(body['id']);
}
