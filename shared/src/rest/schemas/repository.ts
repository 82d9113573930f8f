import { type Static, Type } from 'typebox';
import { closed, Id, IdOrName, Name, open, pageOf, Timestamp } from './fields.ts';
import { Retention } from './retention.ts';
import { Session } from './session.ts';

export const Immutability = closed(
  {
    mode: Type.Enum(['governance', 'compliance'], {
      description: 'governance: a permission of its own shortens it; compliance: nobody does',
    }),
    days: Type.Integer({ minimum: 1, maximum: 3_650 }),
  },
  'Immutability',
);
export type Immutability = Static<typeof Immutability>;

/** Backup data on one proxy, extended with one object storage. */
export const Repository = open('Repository', {
  id: Id,
  name: Name,
  proxyId: Id,
  objectStorageId: Id,
  state: Type.Enum(['initializing', 'ready', 'failed']),
  encrypted: Type.Boolean({ description: 'True when the root key is wrapped by a password' }),
  retention: Retention,
  immutability: Type.Optional(Immutability),
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
    kmsKeyId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'A key of the key service that opens it, beside the password or instead of it',
      }),
    ),
    retention: Type.Optional(Retention),
    immutability: Type.Optional(Immutability),
  },
  'RepositoryCreate',
);
export type RepositoryCreate = Static<typeof RepositoryCreate>;

export const RepositoryUpdate = closed({ retention: Type.Optional(Retention) }, 'RepositoryUpdate');
export type RepositoryUpdate = Static<typeof RepositoryUpdate>;

export const RepositoryCreated = open('RepositoryCreated', {
  repository: Repository,
  session: Session,
});
export type RepositoryCreated = Static<typeof RepositoryCreated>;

export const RepositoryCheck = closed(
  {
    readData: Type.Optional(
      Type.Boolean({ default: false, description: 'Also read back data packs that can be read' }),
    ),
    percent: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, description: 'Of the packs; default all' }),
    ),
    seed: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description: 'Which packs the percentage takes; default: others in each session',
      }),
    ),
  },
  'RepositoryCheck',
);
export type RepositoryCheck = Static<typeof RepositoryCheck>;

export const RepositoryRepair = closed(
  {
    dryRun: Type.Optional(
      Type.Boolean({ default: false, description: 'Tell what would be done, and write nothing' }),
    ),
    readData: Type.Optional(
      Type.Boolean({ default: false, description: 'Also look for damage inside of data packs' }),
    ),
  },
  'RepositoryRepair',
);
export type RepositoryRepair = Static<typeof RepositoryRepair>;
