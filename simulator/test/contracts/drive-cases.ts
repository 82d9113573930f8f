import { randomUUID } from 'node:crypto';
import type { ContractCase } from './cases.ts';

const DRIVE = '/drives/{drive-id}';
const ITEM = `${DRIVE}/items/{driveItem-id}`;

/** The delta answer may carry the names only of items that still exist. */
const NO_DELETED_NAME = '.value[].name is missing';

export const DRIVE_CASES: readonly ContractCase[] = [
  {
    name: 'the drive of a user',
    endpoint: 'GET /users/{id}/drive',
    type: 'drive',
    example: 'drive.get.json',
    send: (client, { userId }) => client.graph('GET', `/users/${userId}/drive`),
  },
  {
    name: 'the drives of a user',
    endpoint: 'GET /users/{id}/drives',
    type: 'drive',
    isCollection: true,
    send: (client, { userId }) => client.graph('GET', `/users/${userId}/drives`),
  },
  {
    name: 'the first page of a drive',
    endpoint: `GET ${DRIVE}/root/delta`,
    type: 'driveItem',
    isCollection: true,
    send: (client, { driveId }) => client.graph('GET', `/drives/${driveId}/root/delta`),
  },
  {
    name: 'the changes of a drive',
    endpoint: `GET ${DRIVE}/root/delta(token=...)`,
    type: 'driveItem',
    isCollection: true,
    example: 'drive.delta.last.json',
    lacking: [NO_DELETED_NAME],
    send: async (client, { driveId }) => {
      const latest = await client.graph('GET', `/drives/${driveId}/root/delta?token=latest`);
      const root = `/drives/${driveId}/root`;
      const folder = { name: randomUUID(), folder: {} };
      const made = await client.graph('POST', `${root}/children`, { json: folder });
      const bytes = Buffer.from('new');
      await client.graph('PUT', `${root}:/${randomUUID()}.txt:/content`, { bytes });
      await client.graph('DELETE', `/drives/${driveId}/items/${made.body['id']}`);
      return client.graph('GET', String(latest.body['@odata.deltaLink']), {
        headers: { deltaExcludeParent: 'true' },
      });
    },
  },
  {
    name: 'the root of a drive',
    endpoint: `GET ${ITEM}`,
    type: 'driveItem',
    example: 'drive.item.get.json',
    send: (client, { driveId }) => client.graph('GET', `/drives/${driveId}/root`),
  },
  {
    name: 'a file',
    endpoint: `GET ${ITEM}`,
    type: 'driveItem',
    send: (client, { driveId, fileId }) =>
      client.graph('GET', `/drives/${driveId}/items/${fileId}`),
  },
  {
    name: 'the children of the root',
    endpoint: `GET ${ITEM}/children`,
    type: 'driveItem',
    isCollection: true,
    send: (client, { driveId }) => client.graph('GET', `/drives/${driveId}/items/root/children`),
  },
  {
    name: 'a page of children',
    endpoint: `GET ${ITEM}/children`,
    type: 'driveItem',
    isCollection: true,
    example: 'drive.item.children.json',
    send: async (client, { driveId, folderId }) => {
      const stem = `/drives/${driveId}/items/${folderId}`;
      await client.graph('PUT', `${stem}:/a.txt:/content`, { bytes: Buffer.from('a') });
      const json = { name: 'sub', folder: {}, '@microsoft.graph.conflictBehavior': 'replace' };
      await client.graph('POST', `${stem}/children`, { json });
      const last = { ...json, name: 'zzz' };
      await client.graph('POST', `${stem}/children`, { json: last });
      const whole = await client.graph('GET', `${stem}/children`);
      const count = (whole.body['value'] as unknown[]).length;
      return client.graph('GET', `${stem}/children?$top=${count - 1}`);
    },
  },
  {
    name: 'a new folder',
    endpoint: `POST ${ITEM}/children`,
    type: 'driveItem',
    status: 201,
    send: (client, { driveId }) =>
      client.graph('POST', `/drives/${driveId}/root/children`, {
        json: { name: randomUUID(), folder: {} },
      }),
  },
  {
    name: 'a renamed folder',
    endpoint: `PATCH ${ITEM}`,
    type: 'driveItem',
    send: (client, { driveId, folderId }) =>
      client.graph('PATCH', `/drives/${driveId}/items/${folderId}`, {
        json: { name: randomUUID() },
      }),
  },
  {
    name: 'an uploaded file',
    endpoint: `PUT ${ITEM}/content`,
    type: 'driveItem',
    status: 201,
    send: (client, { driveId }) =>
      client.graph('PUT', `/drives/${driveId}/root:/${randomUUID()}.txt:/content`, {
        bytes: Buffer.from('some text'),
      }),
  },
  {
    name: 'the versions of a file',
    endpoint: `GET ${ITEM}/versions`,
    type: 'driveItemVersion',
    isCollection: true,
    example: 'drive.item.versions.json',
    send: (client, { driveId, fileId }) =>
      client.graph('GET', `/drives/${driveId}/items/${fileId}/versions`),
  },
  {
    name: 'an upload session',
    endpoint: `POST ${ITEM}/createUploadSession`,
    type: 'uploadSession',
    example: 'drive.item.createUploadSession.json',
    send: (client, { driveId }) =>
      client.graph('POST', `/drives/${driveId}/root:/${randomUUID()}:/createUploadSession`),
  },
  {
    name: 'an accepted fragment',
    endpoint: 'PUT {uploadUrl} Content-Range',
    type: 'uploadSession',
    status: 202,
    example: 'drive.upload.fragment-202.json',
    send: async (client, { driveId }) => {
      const path = `/drives/${driveId}/root:/${randomUUID()}:/createUploadSession`;
      const { body } = await client.graph('POST', path);
      const bytes = Buffer.alloc(327_680);
      const headers = { 'content-range': `bytes 0-327679/655360` };
      return client.send('PUT', String(body['uploadUrl']), { bytes, headers });
    },
  },
];
