import type { StorageCredential, StorageRef } from '@firn/shared/gen/firn/link/v1/work';
import type { PriceTable } from '@firn/shared/prices/price-table';
import { mustThaw, type StorageClass } from '@firn/shared/storage-class/storage-class';

/** How any process of the benchmark finds the storage: plain JSON. */
export interface Account {
  /** Without a folder. */
  readonly storage: StorageRef;
  readonly credential: StorageCredential;
}

/** What the storage has billed since the bill was begun, dollars. */
export interface Bill {
  /** Requests that write or list, and those that read. */
  readonly writes: number;
  readonly reads: number;
  readonly requestDollars: number;
  /** Out of an archive. */
  readonly retrievalDollars: number;
  /** For what lay there, by class. */
  readonly keptDollars: Readonly<Partial<Record<StorageClass, number>>>;
  readonly earlyDeletionDollars: number;
}

/** A simulated storage with archive classes, whose clock can be moved and whose bill can be read. */
export interface Cloud {
  readonly title: string;
  /** Behind the subject of each of its rows. */
  readonly subjectSuffix: string;
  readonly account: Account;
  /** Of what Firn says. */
  readonly prices: PriceTable;
  /** Of copies. */
  readonly storageClass: StorageClass;
  advance(ms: number): Promise<void>;
  beginBill(): Promise<void>;
  bill(): Promise<Bill>;
  stop(): Promise<void>;
}

export type StartCloud = () => Promise<Cloud>;

/** Those of its classes that have to thaw. */
export function archiveClassesOf({ prices }: Cloud): StorageClass[] {
  return (Object.keys(prices.classes) as StorageClass[]).filter(mustThaw);
}

/** Account of a storage whose container is called `bench`. */
export function accountOf(
  { provider, endpoint }: Pick<StorageRef, 'provider' | 'endpoint'>,
  keys: Partial<Pick<StorageCredential, 's3Keys' | 'sasToken'>>,
): Account {
  const place = { container: 'bench', prefix: '', storageClass: '' };
  const none = { s3: undefined, immutability: undefined };
  return {
    storage: { storageId: 'bench', provider, endpoint, ...place, ...none },
    credential: {
      ...{ storageId: 'bench', sasToken: '', expiresAt: undefined, s3Keys: undefined },
      ...keys,
    },
  };
}
