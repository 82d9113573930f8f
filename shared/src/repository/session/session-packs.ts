import type { KeyRing } from '../keys/key-ring.ts';
import { packName } from '../log/names.ts';
import { MetaPacks } from '../meta/meta-packs.ts';
import { PackStream, type SealedFrame, type SegmentIdentity } from '../pack/pack-stream.ts';
import type { RepositoryPorts, StorageClass } from '../ports.ts';
import { newPrefixKey } from '../segment/segment-key.ts';
import type { SessionTotals } from './repository-session.ts';

export interface SessionPacksOptions {
  readonly ports: RepositoryPorts;
  readonly keys: KeyRing;
  readonly epoch: number;
  readonly sessionId: string;
  readonly attempt: number;
}

/** Where a stored segment lies. */
export interface StoredSegment {
  readonly pack: string;
  readonly offset: number;
}

/** A hot pack is closed when it has this many bytes. */
export const hotPackBytes = 24 * 1024 * 1024;

/** The packs of one attempt of a session: own ones of objects, shared ones, and meta packs. */
export class SessionPacks {
  readonly meta: MetaPacks;
  readonly #options: SessionPacksOptions;
  #shared: PackStream | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  #storedBytes = 0;
  #packs = 0;
  #puts = 0;

  constructor(options: SessionPacksOptions) {
    this.#options = options;
    const { ports, keys } = options;
    this.meta = new MetaPacks({
      ports,
      keys,
      namePrefix: () => this.namePrefix('meta'),
      onPut: () => this.countPuts(1),
    });
  }

  /** Up to the random part. */
  namePrefix(kind: 'packs' | 'meta'): string {
    const { epoch, sessionId, attempt } = this.#options;
    return packName({ kind, epoch, sessionId, attempt, random: '' });
  }

  /** True for packs of this attempt, of any kind. */
  isOwn(pack: string): boolean {
    return pack.startsWith(this.namePrefix('packs')) || pack.startsWith(this.namePrefix('meta'));
  }

  async openPack(storageClass: StorageClass = 'hot'): Promise<PackStream> {
    const { ports, keys } = this.#options;
    const footerKey = await newPrefixKey(ports, keys.derived.footers);
    const namePrefix = this.namePrefix('packs');
    return new PackStream({ ...ports, namePrefix, footerKey, storageClass });
  }

  /** @returns the length of the blob */
  async finishPack(pack: PackStream): Promise<number> {
    const length = await pack.finish();
    this.countPack(length);
    return length;
  }

  /** Puts a whole segment into the pack that the session's objects share. */
  storeShared(identity: SegmentIdentity, frames: readonly SealedFrame[]): Promise<StoredSegment> {
    return this.#inTurn(async () => {
      this.#shared ??= await this.openPack();
      const pack = this.#shared;
      let offset = 0;
      for (const frame of frames) {
        offset = (await pack.append(identity, frame)).segmentOffset;
      }
      if (pack.length >= hotPackBytes) await this.#finishShared();
      return { pack: pack.name, offset };
    });
  }

  /** Resolves when all shared and meta packs so far are stored. */
  async flush(): Promise<void> {
    await this.#inTurn(() => this.#finishShared());
    await this.meta.flush();
  }

  countPack(length: number): void {
    this.#packs += 1;
    this.#storedBytes += length;
    this.countPuts(1);
  }

  countPuts(puts: number): void {
    this.#puts += puts;
  }

  totals(): SessionTotals {
    return { storedBytes: this.#storedBytes, packs: this.#packs, puts: this.#puts };
  }

  async #finishShared(): Promise<void> {
    const pack = this.#shared;
    this.#shared = undefined;
    if (pack !== undefined) await this.finishPack(pack);
  }

  /** Objects share the fate of the pack: after an error nothing more is stored or committed. */
  #inTurn<T>(operation: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(() => {
      if (this.#failure !== undefined) throw this.#failure.error;
      return operation();
    });
    this.#turn = result.catch((error: unknown) => {
      this.#failure ??= { error };
    });
    return result;
  }
}
