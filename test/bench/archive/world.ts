/** Repositories in a storage, opened by all processes of the benchmark. */
import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import { ComputePool } from '@firn/shared/compute/pool/compute-pool';
import { loadProviderStores } from '@firn/shared/object-store/load-provider-stores';
import { initializeRepository } from '@firn/shared/repository/header/header-store';
import { createHeader } from '@firn/shared/repository/header/repository-header';
import type { BlobStore } from '@firn/shared/repository/ports';
import { openRepository, type Repository } from '@firn/shared/repository/repository';
import { systemClock } from '@firn/shared/time/system-clock';
import { systemRandom } from '@firn/shared/time/system-random';
import type { Account } from './cloud/cloud.ts';

export const sourceJobId = 'job';
export const copyJobId = 'copy';

/** One of the repositories. */
export interface Place {
  readonly account: Account;
  /** Folder in the storage, and the repository's id. */
  readonly name: string;
  /** Hex. */
  readonly rootKey: string;
}

/** Bytes of data packs that moved through this process. */
export class DataMeter {
  bytes = 0;

  /** Counts what is read and sent of data packs, whoever asks. */
  over(store: BlobStore): BlobStore {
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
      const composer = composerFrom?.call(store, place);
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

export async function openStore(
  { account, name }: Pick<Place, 'account' | 'name'>,
  meter = new DataMeter(),
): Promise<BlobStore> {
  const { storage, credential } = account;
  const ports = { clock: systemClock, random: systemRandom };
  const stores = await loadProviderStores(storage.provider, ports);
  return meter.over(stores.open({ ...storage, prefix: name }, async () => credential));
}

/** Sealed, so that the storage may put packs of a copy together. */
export async function makePlace(account: Account, name: string): Promise<Place> {
  const store = await openStore({ account, name });
  const ports = { store, clock: systemClock, entropy: nodeEntropy, compute: nodeCompute };
  const made = await createHeader({ repositoryId: name, password: 'benchmark', ...ports });
  await initializeRepository(store, made.header);
  return { account, name, rootKey: Buffer.from(made.rootKey).toString('hex') };
}

/** Threads are one for each core; they end with close. */
export class Machine {
  readonly #pool = new ComputePool({ threads: 2 });
  readonly compute = { ...nodeCompute, batches: this.#pool };
  #incarnations = 0;

  async open(place: Place, meter?: DataMeter): Promise<Repository> {
    const { name, rootKey } = place;
    const store = await openStore(place, meter);
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
