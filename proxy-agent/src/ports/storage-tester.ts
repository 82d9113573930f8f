import type {
  StorageCredential,
  StorageRef,
  StorageTested,
} from '@firn/shared/gen/firn/link/v1/work';

export interface StorageTest {
  readonly storage: StorageRef;
  /** Asked before every call; never for a folder. */
  readonly credential: () => Promise<StorageCredential>;
  /** A later try of the same session removes what this one left. */
  readonly sessionId: string;
  readonly measuresSpeed: boolean;
  readonly signal: AbortSignal;
  /** Told before each check that follows another: the name of the last. */
  readonly onChecked: (check: string) => void;
}

/**
 * Tries what repositories do to a storage, and removes what it put. What the
 * storage cannot do is in the answer; it throws when the signal is aborted.
 */
export type StorageTester = (test: StorageTest) => Promise<StorageTested>;
