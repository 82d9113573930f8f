import type { StorageClass } from '../../storage-class/storage-class.ts';

/** Why a blob that held data of erased objects is still there. */
export type RemainderReason =
  /** Contents that other objects may have as well, and then need. */
  | 'shared-content'
  /** Segments of other objects lie in the same pack. */
  | 'other-objects'
  /** Its class is an archive: it goes as a whole, when nothing in it is needed. */
  | 'archive'
  /** The storage refuses to delete it. */
  | 'locked'
  /** Condemned: readers who have not read on may use what else is in it. */
  | 'grace'
  /** A session that has not ended may still need it. */
  | 'open-session';

/** What of the erased objects in a blob can still be opened with the repository's keys. */
export type StillReadable =
  | 'nothing'
  /** Contents that other objects have as well: under keys of these. */
  | 'shared-contents'
  /** Ids, counts and addresses in records; no names. */
  | 'records'
  /** It is a key itself: what lies under it. */
  | 'key';

export interface Remainder {
  readonly reason: RemainderReason;
  readonly blob: string;
  /** Of the erased objects in it; 0 where it is not known. */
  readonly bytes: number;
  readonly storageClass: StorageClass;
  /** When it goes, by the storage's clock; undefined: when nobody needs it any more. */
  readonly untilMs: number | undefined;
  readonly readable: StillReadable;
}
