import type { StoredBody } from '../bodies/stored-body.ts';
import type { Checksum } from '../checksum/checksum-algorithm.ts';
import type { Retention } from './object-lock.ts';
import type { Restoration } from './restoration.ts';
import type { StorageClass } from './storage-class.ts';

/** What a client says about an object besides its bytes. */
export interface ObjectProperties {
  /** Content-Type and its like, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata by name, without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: StorageClass;
}

interface Version {
  /** `null` for a version that was written while versioning was not enabled. */
  readonly versionId: string;
  readonly key: string;
  readonly modifiedMs: number;
}

/** A version with bytes. */
export interface ObjectVersion extends Version {
  readonly kind: 'object';
  readonly etag: string;
  readonly body: StoredBody;
  readonly properties: ObjectProperties;
  readonly checksum: Checksum | undefined;
  /** Changed by PutObjectRetention and PutObjectLegalHold. */
  retention: Retention | undefined;
  legalHold: boolean;
  /** Changed by RestoreObject. */
  restorations: readonly Restoration[];
}

/** What hides the versions before it. */
export interface DeleteMarker extends Version {
  readonly kind: 'marker';
}

export type AnyVersion = ObjectVersion | DeleteMarker;

export const NULL_VERSION = 'null';
