import { type Static, Type } from 'typebox';
import {
  Count,
  closed,
  Id,
  IdOrName,
  open,
  PageQuery,
  pageOf,
  StorageClass,
  Timestamp,
} from './fields.ts';

/** A consistent state of a job's objects. Its id is that of the session that made it. */
export const RestorePoint = open('RestorePoint', {
  id: Id,
  jobId: Type.Optional(Id),
  copyJobId: Type.Optional(Id),
  organizationId: Id,
  repositoryId: Id,
  storageClass: StorageClass,
  createdAt: Timestamp,
  objects: Count,
  partial: Type.Boolean({ description: 'Objects or items are missing; the session names them' }),
  complete: Type.Boolean({ description: 'False while its session may still add objects' }),
  isRetrieved: Type.Boolean({
    description: 'Warm packs of another restore point, as long as its retrieval lasts',
  }),
  retrievalId: Type.Optional(Id),
  retrievedFrom: Type.Optional(Id),
});
export type RestorePoint = Static<typeof RestorePoint>;
export const RestorePointPage = pageOf('RestorePointPage', RestorePoint);

export const RestorePointQuery = closed({
  ...PageQuery.properties,
  jobId: Type.Optional(IdOrName),
  copyJobId: Type.Optional(IdOrName),
  organizationId: Type.Optional(IdOrName),
  repositoryId: Type.Optional(IdOrName),
  isRetrieved: Type.Optional(Type.Boolean()),
});

export const ObjectSelection = closed(
  {
    objectId: Type.String({ minLength: 1, maxLength: 1_000 }),
    folderIds: Type.Optional(Type.Array(Type.String(), { maxItems: 1_000 })),
    itemIds: Type.Optional(Type.Array(Type.String(), { maxItems: 10_000 })),
  },
  'ObjectSelection',
);
export type ObjectSelection = Static<typeof ObjectSelection>;

export const RestoreCreate = closed(
  {
    restorePointId: Id,
    retrievalId: Type.Optional(Id),
    objects: Type.Optional(
      Type.Array(ObjectSelection, { maxItems: 10_000, description: 'Empty or absent: all' }),
    ),
  },
  'RestoreCreate',
);
export type RestoreCreate = Static<typeof RestoreCreate>;
