import type { ContractCase } from './cases.ts';

const FOLDERS = '/users/{id}/mailFolders';
const MESSAGE = '/users/{id}/messages/{message-id}';
/** The example ends with a search folder; the tenant has none. */
const NO_SEARCH_FOLDER = ['@odata.type', 'isSupported', 'filterQuery'].map(
  (name) => `.value[].${name} is missing`,
);
const NO_NEXT_PAGE = '.@odata.nextLink is missing';

export const MAIL_CASES: readonly ContractCase[] = [
  {
    name: 'the mail folders',
    endpoint: `GET ${FOLDERS}`,
    type: 'mailFolder',
    isCollection: true,
    example: 'mail.mailFolders.list.json',
    lacking: [NO_NEXT_PAGE, ...NO_SEARCH_FOLDER],
    send: (client, { userId }) => client.graph('GET', `/users/${userId}/mailFolders?$top=100`),
  },
  {
    name: 'the folders below a mail folder',
    endpoint: `GET ${FOLDERS}/{mailFolder-id}/childFolders`,
    type: 'mailFolder',
    isCollection: true,
    example: 'mail.mailFolders.childFolders.json',
    send: (client, { userId }) =>
      client.graph('GET', `/users/${userId}/mailFolders/msgfolderroot/childFolders`),
  },
  {
    name: 'the mail folders by delta',
    endpoint: `GET ${FOLDERS}/delta`,
    type: 'mailFolder',
    isCollection: true,
    example: 'mail.mailFolders.delta.json',
    send: (client, { userId }) =>
      client.graph('GET', `/users/${userId}/mailFolders/delta`, {
        headers: { prefer: 'odata.maxpagesize=2' },
      }),
  },
  {
    name: 'the messages of a folder',
    endpoint: `GET ${FOLDERS}/{mailFolder-id}/messages`,
    type: 'message',
    isCollection: true,
    send: (client, { userId, mailFolderId }) =>
      client.graph('GET', `/users/${userId}/mailFolders/${mailFolderId}/messages`),
  },
  {
    name: 'the messages of a folder by delta',
    endpoint: `GET ${FOLDERS}/{mailFolder-id}/messages/delta`,
    type: 'message',
    isCollection: true,
    example: 'mail.messages.delta.page.json',
    send: (client, { userId, mailFolderId }) =>
      client.graph('GET', `/users/${userId}/mailFolders/${mailFolderId}/messages/delta`, {
        headers: { prefer: 'odata.maxpagesize=1' },
      }),
  },
  {
    name: 'a message',
    endpoint: `GET ${MESSAGE}`,
    type: 'message',
    example: 'mail.message.get.json',
    send: async (client, { userId, mailFolderId }) => {
      const folder = `/users/${userId}/mailFolders/${mailFolderId}`;
      const { body } = await client.graph('GET', `${folder}/messages?$top=1`);
      const [received] = body['value'] as { id: string }[];
      return client.graph('GET', `/users/${userId}/messages/${received?.id}`);
    },
  },
  {
    name: 'the attachments of a message',
    endpoint: `GET ${MESSAGE}/attachments`,
    type: 'attachment',
    isCollection: true,
    example: 'mail.attachments.list.json',
    send: (client, { userId, messageId }) =>
      client.graph('GET', `/users/${userId}/messages/${messageId}/attachments`),
  },
  {
    name: 'an attachment',
    endpoint: `GET ${MESSAGE}/attachments/{attachment-id}`,
    type: 'attachment',
    send: (client, { userId, messageId, attachmentId }) =>
      client.graph('GET', `/users/${userId}/messages/${messageId}/attachments/${attachmentId}`),
  },
  {
    name: 'a new message',
    endpoint: `POST ${FOLDERS}/{mailFolder-id}/messages`,
    type: 'message',
    status: 201,
    example: 'mail.message.create-draft.json',
    send: (client, { userId }) =>
      client.graph('POST', `/users/${userId}/mailFolders/inbox/messages`, {
        json: {
          subject: 'Did you see the game?',
          importance: 'low',
          body: { contentType: 'html', content: '<b>They were awesome!</b>' },
          toRecipients: [{ emailAddress: { address: 'adele.vance@contoso.example' } }],
        },
      }),
  },
  {
    name: 'a new attachment',
    endpoint: `POST ${MESSAGE}/attachments`,
    type: 'attachment',
    status: 201,
    send: (client, { userId, messageId }) =>
      client.graph('POST', `/users/${userId}/messages/${messageId}/attachments`, {
        json: {
          '@odata.type': '#microsoft.graph.fileAttachment',
          name: 'a.txt',
          contentBytes: Buffer.from('some text').toString('base64'),
        },
      }),
  },
];
