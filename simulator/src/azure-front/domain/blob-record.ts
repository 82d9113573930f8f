import type { Policy } from './immutability.ts';
import type { Rehydration } from './rehydration.ts';
import type { Tier } from './tier.ts';

/** Where Azurite has the bytes: earlier versions lie in a container of their own. */
export interface StoredPlace {
  readonly container: string;
  readonly name: string;
}

/** A copy out of the archive tier. */
export interface ArchiveCopy {
  readonly id: string;
  readonly sourceUrl: string;
  readonly source: BlobVersion;
  readonly status: 'pending' | 'success' | 'aborted' | 'failed';
}

/** What the front knows of a version of a blob beside Azurite. */
export interface BlobVersion {
  place: StoredPlace;
  /** Undefined while versioning is off. */
  versionId: string | undefined;
  readonly createdMs: number;
  readonly modifiedMs: number;
  sizeBytes: number;
  readonly etag: string;
  readonly contentMd5: string | undefined;
  readonly contentType: string | undefined;
  tier: Tier;
  tierSinceMs: number;
  rehydration: Rehydration | undefined;
  copy: ArchiveCopy | undefined;
  policy: Policy | undefined;
  legalHold: boolean;
  /** Deleted or overwritten: a copy out of it that is pending fails. */
  isGone: boolean;
}

/** All versions of a blob. */
export interface BlobRecord {
  current: BlobVersion | undefined;
  /** Oldest first. */
  previous: BlobVersion[];
}

export function isPendingCopy(version: BlobVersion | undefined): boolean {
  return version?.copy?.status === 'pending';
}

/** Oldest first; the current one is the last. */
export function versionsOf({ current, previous }: BlobRecord): readonly BlobVersion[] {
  return current ? [...previous, current] : previous;
}
