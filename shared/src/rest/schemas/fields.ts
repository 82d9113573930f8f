import { type Static, type TSchema, Type } from 'typebox';
import { storageClasses } from '../../storage-class/storage-class.ts';

/** Fields that several resources share. A schema with a title is a named component. */

export const Id = Type.String({ format: 'uuid', description: 'UUID, given by the controller' });

export const Name = Type.String({
  pattern: '^[\\p{L}\\p{N}](?:[\\p{L}\\p{N} ._@-]{0,98}[\\p{L}\\p{N}._@-])?$',
  description: 'Unique among its kind; letters, digits, blank and . _ @ -; at most 100',
});

export const IdOrName = Type.String({
  minLength: 1,
  maxLength: 100,
  description: 'The id of a resource, or its name',
});

export const Timestamp = Type.String({ format: 'date-time', description: 'ISO 8601, UTC' });

/** PEM, possibly several blocks. */
export const Pem = Type.String({ minLength: 1, maxLength: 65_536, pattern: '^-----BEGIN ' });

export const HttpsUrl = Type.String({ pattern: '^https://[^\\s?#]+$', maxLength: 500 });

export const Count = Type.Integer({ minimum: 0 });

export const StorageClass = Type.Enum([...storageClasses], {
  title: 'StorageClass',
  description:
    'Class of the data packs; everything else of a repository is always hot. azure-blob: hot, cool, cold, archive. ' +
    's3: STANDARD, INTELLIGENT_TIERING, STANDARD_IA, ONEZONE_IA, GLACIER_IR, GLACIER, DEEP_ARCHIVE, in this order',
});
export type StorageClass = Static<typeof StorageClass>;

export const RetentionType = Type.Enum(['snapshot', 'item'], { title: 'RetentionType' });
export type RetentionType = Static<typeof RetentionType>;

/** Query of every list. */
export const PageQuery = closed({
  cursor: Type.Optional(
    Type.String({ maxLength: 2_000, description: 'nextCursor of the page before' }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 100 })),
});

/** An object that refuses properties it does not name: what clients send. */
export function closed<P extends Record<string, TSchema>>(properties: P, title?: string) {
  return Type.Object(properties, {
    additionalProperties: false,
    ...(title === undefined ? {} : { title }),
  });
}

/** An object that may grow: what the controller answers. */
export function open<P extends Record<string, TSchema>>(title: string, properties: P) {
  return Type.Object(properties, { title });
}

export function pageOf<S extends TSchema>(title: string, item: S) {
  return open(title, {
    items: Type.Array(item),
    nextCursor: Type.Optional(Type.String({ description: 'Absent on the last page' })),
  });
}
