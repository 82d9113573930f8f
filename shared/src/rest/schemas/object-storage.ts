import { type Static, Type } from 'typebox';
import { closed, Id, IdOrName, Name, open, pageOf, StorageClass, Timestamp } from './fields.ts';

export const StorageProvider = Type.Enum(['azure-blob', 's3', 'folder'], {
  title: 'StorageProvider',
});
export type StorageProvider = Static<typeof StorageProvider>;

const EndpointUrl = Type.String({
  pattern: '^https?://[^\\s?#]+$',
  maxLength: 500,
  description:
    'azure-blob: default https://<accountName>.blob.core.windows.net. s3: absent for AWS itself',
});
const AccountName = Type.String({ pattern: '^[a-z0-9]{3,24}$' });
const Container = Type.String({
  minLength: 1,
  maxLength: 1_000,
  description: 'azure-blob: the container. s3: the bucket. folder: an absolute path on the proxy',
});
const Folder = Type.String({
  pattern: '^$|^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$',
  maxLength: 500,
  description: 'Folder inside the container',
});

const Region = Type.String({
  pattern: '^[a-z0-9-]+$',
  maxLength: 100,
  description: 's3: of the bucket; default us-east-1, which storages beside AWS take',
});
const AccessKeyId = Type.String({ pattern: '^[\\x21-\\x7e]+$', maxLength: 200 });
const PathStyle = Type.Boolean({
  description: 's3: the bucket in the path and not in the host name; default with an endpoint',
});
const RoleArn = Type.String({
  pattern: '^arn:[a-z-]+:iam::[0-9]{12}:role/[\\x21-\\x7e]+$',
  maxLength: 2_048,
  description: 's3: a role that the keys may assume; workers get keys of it, which end',
});
const RoleExternalId = Type.String({ pattern: '^[\\w+=,.@:/-]{2,1224}$' });
const StsEndpoint = Type.String({
  pattern: '^https?://[^\\s?#]+$',
  maxLength: 500,
  description: "s3: where the role is assumed; default AWS's in the region",
});
const CaPem = Type.String({ maxLength: 100_000, description: 's3: PEM of a private CA' });

/** Where repositories lie: an account, container and folder, and a storage class. */
export const ObjectStorage = open('ObjectStorage', {
  id: Id,
  name: Name,
  provider: StorageProvider,
  endpoint: Type.Optional(EndpointUrl),
  accountName: Type.Optional(AccountName),
  accessKeyId: Type.Optional(AccessKeyId),
  region: Type.Optional(Region),
  pathStyle: Type.Optional(PathStyle),
  caPem: Type.Optional(CaPem),
  roleArn: Type.Optional(RoleArn),
  roleExternalId: Type.Optional(RoleExternalId),
  stsEndpoint: Type.Optional(StsEndpoint),
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
    accessKeyId: Type.Optional(AccessKeyId),
    secretAccessKey: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        writeOnly: true,
        description:
          'Kept sealed, never given back; without a role workers get it, sealed to their certificate',
      }),
    ),
    region: Type.Optional(Region),
    pathStyle: Type.Optional(PathStyle),
    caPem: Type.Optional(CaPem),
    roleArn: Type.Optional(RoleArn),
    roleExternalId: Type.Optional(RoleExternalId),
    stsEndpoint: Type.Optional(StsEndpoint),
    container: Container,
    folder: Type.Optional(Folder),
    storageClass: Type.Optional(StorageClass),
  },
  'ObjectStorageCreate',
);
export type ObjectStorageCreate = Static<typeof ObjectStorageCreate>;

export const ObjectStorageTest = closed(
  {
    proxyId: Type.Optional(IdOrName),
    measuresSpeed: Type.Optional(
      Type.Boolean({ default: true, description: 'About 1,200 puts, removed afterwards' }),
    ),
  },
  'ObjectStorageTest',
);
export type ObjectStorageTest = Static<typeof ObjectStorageTest>;

const Rate = Type.Number({ minimum: 0, description: 'Bytes a second' });

const StorageSpeed = open('StorageSpeed', {
  putMs: Type.Number({ minimum: 0 }),
  getMs: Type.Number({ minimum: 0 }),
  uploadOneStream: Rate,
  uploadEightStreams: Rate,
  downloadOneStream: Rate,
  downloadEightStreams: Rate,
  smallObjectsPerSecond: Type.Number({ minimum: 0 }),
});

/** What a test of an object storage found. */
export const StorageTestResult = open('StorageTestResult', {
  findings: Type.Array(
    open('StorageFinding', {
      check: Type.String(),
      outcome: Type.Enum(['passed', 'warning', 'failed']),
      message: Type.String(),
    }),
  ),
  speed: Type.Optional(StorageSpeed),
  usable: Type.Boolean({ description: 'No finding failed: repositories can lie there' }),
});
export type StorageTestResult = Static<typeof StorageTestResult>;
