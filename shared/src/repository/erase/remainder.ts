import type { StorageClass } from '../../storage-class/storage-class.ts';

/** Why a blob that held data of erased objects is still there. */
export type RemainderReason =
  /** Contents under a shared key, which other objects may need: still readable. */
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

export interface Remainder {
  readonly reason: RemainderReason;
  readonly blob: string;
  /** Of the erased objects in it; 0 where it is not known. */
  readonly bytes: number;
  readonly storageClass: StorageClass;
  /** When it goes, by the storage's clock; undefined: when nobody needs it any more. */
  readonly untilMs: number | undefined;
  /** Something of the objects in it can still be opened with the repository's keys. */
  readonly readable: boolean;
}
