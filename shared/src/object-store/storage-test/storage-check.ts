import { AppError } from '../../errors/app-error.ts';
import type { BlobStore } from '../../repository/ports.ts';
import type { StorageClass } from '../../storage-class/storage-class.ts';
import type { Clock } from '../../time/clock.ts';

/** What the storage did of one thing that repositories rest on. */
export interface StorageFinding {
  /** Short name: `conditional put`. */
  readonly check: string;
  /** warning: repositories work, but something should be known. */
  readonly outcome: 'passed' | 'warning' | 'failed';
  /** What was seen; empty when there is nothing to tell. */
  readonly message: string;
}

/** State of a bucket that only some storages tell. */
export interface BucketState {
  readonly versioning: 'on' | 'off' | 'suspended';
  /** Retention can be asked for. */
  readonly objectLock: boolean;
}

export interface TestedStorage {
  /** A folder in which nothing but tests lies. */
  readonly store: BlobStore;
  /** Names below it belong to this try: a folder of the run, one of the try, and a slash. */
  readonly root: string;
  /** The class that packs will have. */
  readonly storageClass: StorageClass;
  /** Of this machine: compared with the storage's. */
  readonly clock: Clock;
  readonly bucketState?: ((signal?: AbortSignal) => Promise<BucketState>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface StorageCheck {
  readonly check: string;
  /** Permission of the provider that it needs, for the message of a refusal. */
  readonly permissions: string;
  /** Says what is worth knowing. Throws what the storage throws, or a Shortcoming. */
  readonly run: (tested: TestedStorage) => Promise<string | undefined>;
}

/** The storage answers, but not as repositories need it. */
export class Shortcoming extends Error {
  readonly outcome: 'warning' | 'failed';

  constructor(message: string, outcome: 'warning' | 'failed' = 'failed') {
    super(message);
    this.name = 'Shortcoming';
    this.outcome = outcome;
  }
}

/** Never throws but when the signal is aborted, or for a programmer's error. */
export async function runCheck(
  { check, permissions, run }: StorageCheck,
  tested: TestedStorage,
): Promise<StorageFinding> {
  try {
    return { check, outcome: 'passed', message: (await run(tested)) ?? '' };
  } catch (error) {
    tested.signal?.throwIfAborted();
    if (error instanceof Shortcoming) {
      return { check, outcome: error.outcome, message: error.message };
    }
    if (!(error instanceof AppError)) throw error;
    const missing = error.code === 'E_STORAGE_DENIED' ? `; it needs ${permissions}` : '';
    return { check, outcome: 'failed', message: `${error.message}${missing}` };
  }
}
