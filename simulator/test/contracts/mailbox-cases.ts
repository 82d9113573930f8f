import type { ContractCase } from './cases.ts';

const MAILBOX = '/admin/exchange/mailboxes/{mailbox-id}';
const FOLDER = `${MAILBOX}/folders/{mailboxFolder-id}`;

export const MAILBOX_CASES: readonly ContractCase[] = [
  {
    name: 'the users',
    endpoint: 'GET /users',
    type: 'user',
    isCollection: true,
    send: (client) => client.graph('GET', '/users'),
  },
  {
    name: 'the changes of users',
    endpoint: 'GET /users/delta',
    type: 'user',
    isCollection: true,
    send: (client) => client.graph('GET', '/users/delta'),
  },
  {
    name: 'a user',
    endpoint: 'GET /users/{id}',
    type: 'user',
    send: (client, { userId }) => client.graph('GET', `/users/${userId}`),
  },
  {
    name: 'the mailbox of a user',
    endpoint: 'GET /users/{id}/settings/exchange',
    type: 'exchangeSettings',
    example: 'mailbox.settings.exchange.json',
    send: (client, { userId }) => client.graph('GET', `/users/${userId}/settings/exchange`),
  },
  {
    name: 'the folders of a mailbox',
    endpoint: `GET ${MAILBOX}/folders`,
    type: 'mailboxFolder',
    isCollection: true,
    example: 'mailbox.folders.list.json',
    lacking: ['.@odata.nextLink is missing'],
    send: (client, { mailboxId }) =>
      client.graph('GET', `/admin/exchange/mailboxes/${mailboxId}/folders?$top=100`),
  },
  {
    name: 'the folders of a mailbox by delta',
    endpoint: `GET ${MAILBOX}/folders/delta`,
    type: 'mailboxFolder',
    isCollection: true,
    example: 'mailbox.folders.delta.json',
    send: (client, { mailboxId }) =>
      client.graph('GET', `/admin/exchange/mailboxes/${mailboxId}/folders/delta`, {
        headers: { prefer: 'odata.maxpagesize=1000' },
      }),
  },
  {
    name: 'the folders below a folder by delta',
    endpoint: `GET ${FOLDER}/childFolders/delta`,
    type: 'mailboxFolder',
    isCollection: true,
    send: (client, { mailboxId }) => {
      const folders = `/admin/exchange/mailboxes/${mailboxId}/folders`;
      return client.graph('GET', `${folders}/msgfolderroot/childFolders/delta`);
    },
  },
  {
    name: 'a new folder of a mailbox',
    endpoint: `POST ${MAILBOX}/folders`,
    type: 'mailboxFolder',
    status: 201,
    send: (client, { mailboxId }) =>
      client.graph('POST', `/admin/exchange/mailboxes/${mailboxId}/folders`, {
        json: { displayName: `made ${performance.now()}`, type: 'IPF.Note' },
      }),
  },
  {
    name: 'the items of a folder',
    endpoint: `GET ${FOLDER}/items`,
    type: 'mailboxItem',
    isCollection: true,
    example: 'mailbox.items.list.json',
    lacking: ['.@odata.nextLink is missing'],
    send: (client, { mailboxId, mailFolderId }) =>
      client.graph('GET', `/admin/exchange/mailboxes/${mailboxId}/folders/${mailFolderId}/items`),
  },
  {
    name: 'the items of a folder by delta',
    endpoint: `GET ${FOLDER}/items/delta`,
    type: 'mailboxItem',
    isCollection: true,
    example: 'mailbox.items.delta.json',
    send: (client, { mailboxId, mailFolderId }) =>
      client.graph(
        'GET',
        `/admin/exchange/mailboxes/${mailboxId}/folders/${mailFolderId}/items/delta`,
        { headers: { prefer: 'odata.maxpagesize=1' } },
      ),
  },
  {
    name: 'exported items',
    endpoint: `POST ${MAILBOX}/exportItems`,
    type: 'exportItemResponse',
    isCollection: true,
    example: 'mailbox.exportItems.json',
    send: (client, { mailboxId, mailItemId }) =>
      client.graph('POST', `/admin/exchange/mailboxes/${mailboxId}/exportItems`, {
        json: { itemIds: [mailItemId] },
      }),
  },
  {
    name: 'an import session',
    endpoint: `POST ${MAILBOX}/createImportSession`,
    type: 'mailboxItemImportSession',
    // The page says 201 in its text and 200 in its example.
    status: 201,
    example: 'mailbox.createImportSession.json',
    send: (client, { mailboxId }) =>
      client.graph('POST', `/admin/exchange/mailboxes/${mailboxId}/createImportSession`),
  },
];
