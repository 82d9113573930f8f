/** A storage with a meter, and two repositories in it. */
import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import { ComputePool } from '@firn/shared/compute/pool/compute-pool';
import { RetryingStore } from '@firn/shared/object-store/retrying-store';
import { S3Store } from '@firn/shared/object-store/s3/s3-store';
import { initializeRepository } from '@firn/shared/repository/header/header-store';
import { createHeader } from '@firn/shared/repository/header/repository-header';
import type { BlobStore } from '@firn/shared/repository/ports';
import { openRepository, type Repository } from '@firn/shared/repository/repository';
import { systemClock } from '@firn/shared/time/system-clock';
import { systemRandom } from '@firn/shared/time/system-random';

export const bucket = 'bench';
export const sourceJobId = 'job';
export const copyJobId = 'copy';

/** How a process of the benchmark finds the storage. */
export interface Storage {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** One of the two repositories. */
export interface Place {
  readonly storage: Storage;
  /** Folder in the bucket, and the repository's id. */
  readonly name: string;
  /** Hex. */
  readonly rootKey: string;
}

const policy = { triesMax: 5, delayMsFirst: 50, delayMsMax: 2_000 };

/** Bytes of data packs that moved through this process. */
export class DataMeter {
  bytes = 0;

  /** Counts what is read and sent of data packs, whoever asks. */
  over(store: RetryingStore): BlobStore {
    const { get, putStream, composerFrom } = store;
    const count = (name: string, bytes: number) => {
      if (/^(packs|tails)\//.test(name)) this.bytes += bytes;
    };
    store.get = async (name, range, signal) => {
      const blob = await get.call(store, name, range, signal);
      count(name, blob.bytes.length);
      return blob;
    };
    store.putStream = async (name, body, options) => {
      async function* counted() {
        for await (const chunk of body) {
          count(name, chunk.length);
          yield chunk;
        }
      }
      await putStream.call(store, name, counted(), options);
    };
    store.composerFrom = (place) => {
      const composer = composerFrom.call(store, place);
      if (composer === undefined) return undefined;
      return {
        compose: async (name, parts, options) => {
          for (const part of parts) if ('bytes' in part) count(name, part.bytes.length);
          await composer.compose(name, parts, options);
        },
      };
    };
    return store;
  }
}

export function openStore(
  { endpoint, ...keys }: Storage,
  prefix: string,
  meter = new DataMeter(),
): BlobStore {
  const credentials = async () => keys;
  const store = new S3Store({ endpoint, bucket, prefix, credentials });
  const ports = { clock: systemClock, random: systemRandom };
  return meter.over(new RetryingStore(store, { policy, ports }));
}

/** Sealed, so that the storage may put packs of a copy together. */
export async function makePlace(storage: Storage, name: string): Promise<Place> {
  const store = openStore(storage, name);
  const ports = { store, clock: systemClock, entropy: nodeEntropy, compute: nodeCompute };
  const made = await createHeader({ repositoryId: name, password: 'benchmark', ...ports });
  await initializeRepository(store, made.header);
  return { storage, name, rootKey: Buffer.from(made.rootKey).toString('hex') };
}

/** Threads are one for each core; they end with close. */
export class Machine {
  readonly #pool = new ComputePool({ threads: 2 });
  readonly compute = { ...nodeCompute, batches: this.#pool };
  #incarnations = 0;

  async open({ storage, name, rootKey }: Place, meter?: DataMeter): Promise<Repository> {
    const store = openStore(storage, name, meter);
    const ports = { store, clock: systemClock, entropy: nodeEntropy, compute: this.compute };
    const key = Buffer.from(rootKey, 'hex');
    const repository = await openRepository({ ports, repositoryId: name, rootKey: key });
    return repository;
  }

  /** Whoever owned it before is fenced. */
  async own(place: Place, meter?: DataMeter): Promise<Repository> {
    const repository = await this.open(place, meter);
    this.#incarnations += 1;
    await repository.takeOwnership(`${process.pid}-${this.#incarnations}`);
    return repository;
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}
