import { type Static, Type } from 'typebox';
import { closed, Id, Name, open, pageOf, StorageClass, Timestamp } from './fields.ts';

export const StorageProvider = Type.Enum(['azure-blob', 'folder'], { title: 'StorageProvider' });
export type StorageProvider = Static<typeof StorageProvider>;

const EndpointUrl = Type.String({
  pattern: '^https?://[^\\s?#]+$',
  maxLength: 500,
  description: 'Blob endpoint; default https://<accountName>.blob.core.windows.net',
});
const AccountName = Type.String({ pattern: '^[a-z0-9]{3,24}$' });
const Container = Type.String({
  minLength: 1,
  maxLength: 1_000,
  description: 'azure-blob: the container. folder: an absolute path on the proxy',
});
const Folder = Type.String({
  pattern: '^$|^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$',
  maxLength: 500,
  description: 'Folder inside the container',
});

/** Where repositories lie: an account, container and folder, and a storage class. */
export const ObjectStorage = open('ObjectStorage', {
  id: Id,
  name: Name,
  provider: StorageProvider,
  endpoint: Type.Optional(EndpointUrl),
  accountName: Type.Optional(AccountName),
  container: Container,
  folder: Folder,
  storageClass: StorageClass,
  createdAt: Timestamp,
});
export type ObjectStorage = Static<typeof ObjectStorage>;
export const ObjectStoragePage = pageOf('ObjectStoragePage', ObjectStorage);

export const ObjectStorageCreate = closed(
  {
    name: Name,
    provider: StorageProvider,
    endpoint: Type.Optional(EndpointUrl),
    accountName: Type.Optional(AccountName),
    accountKey: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        writeOnly: true,
        pattern: '^[A-Za-z0-9+/]+={0,2}$',
        description: 'Kept sealed, never given back; workers get short-lived tokens instead',
      }),
    ),
    container: Container,
    folder: Type.Optional(Folder),
    storageClass: Type.Optional(StorageClass),
  },
  'ObjectStorageCreate',
);
export type ObjectStorageCreate = Static<typeof ObjectStorageCreate>;
