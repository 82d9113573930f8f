import { type Static, Type } from 'typebox';
import { closed, Id, IdOrName, Name, open, pageOf, RetentionType, Timestamp } from './fields.ts';
import { Session } from './session.ts';

const RetentionDays = Type.Integer({ minimum: 1, maximum: 36_500 });

/** Backup data on one proxy, extended with one object storage. */
export const Repository = open('Repository', {
  id: Id,
  name: Name,
  proxyId: Id,
  objectStorageId: Id,
  state: Type.Enum(['initializing', 'ready', 'failed']),
  encrypted: Type.Boolean({ description: 'True when the root key is wrapped by a password' }),
  retentionType: RetentionType,
  retentionDays: RetentionDays,
  createdAt: Timestamp,
});
export type Repository = Static<typeof Repository>;
export const RepositoryPage = pageOf('RepositoryPage', Repository);

export const RepositoryCreate = closed(
  {
    name: Name,
    proxyId: IdOrName,
    objectStorageId: IdOrName,
    password: Type.Optional(
      Type.String({
        minLength: 8,
        maxLength: 1_000,
        writeOnly: true,
        description: 'Never stored: whoever loses it needs the controller to restore',
      }),
    ),
    retentionType: Type.Optional(RetentionType),
    retentionDays: Type.Optional(RetentionDays),
  },
  'RepositoryCreate',
);
export type RepositoryCreate = Static<typeof RepositoryCreate>;

export const RepositoryCreated = open('RepositoryCreated', {
  repository: Repository,
  session: Session,
});
export type RepositoryCreated = Static<typeof RepositoryCreated>;

export const RepositoryCheck = closed(
  {
    readData: Type.Optional(
      Type.Boolean({ default: true, description: 'Read back every pack that can be read' }),
    ),
  },
  'RepositoryCheck',
);
export type RepositoryCheck = Static<typeof RepositoryCheck>;
