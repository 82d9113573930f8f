import type { StorageClass } from '../../storage-class/storage-class.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { type PackKind, packName, parsePackOrigin } from '../log/names.ts';
import { MetaPacks } from '../meta/meta-packs.ts';
import { putManifest, type WrittenFooter } from '../pack/manifests.ts';
import { PackStream, type SealedFrame, type SegmentIdentity } from '../pack/pack-stream.ts';
import type { RepositoryPorts } from '../ports.ts';
import { newPrefixKey } from '../segment/segment-key.ts';
import { RecordSheets } from './record-sheets.ts';
import type { SessionTotals } from './repository-session.ts';
import { SharedContentPacks } from './shared-content-packs.ts';
import { SharedPack, type StoredSegment } from './shared-pack.ts';

export interface SessionPacksOptions {
  readonly ports: RepositoryPorts;
  readonly keys: KeyRing;
  readonly epoch: number;
  readonly sessionId: string;
  readonly attempt: number;
}

/** The packs of one attempt of a session: own ones of objects, shared ones, and meta packs. */
export class SessionPacks {
  readonly meta: MetaPacks;
  readonly records: RecordSheets;
  readonly sharedContents: SharedContentPacks;
  readonly #options: SessionPacksOptions;
  /** What objects leave that is too little for a pack of their own. */
  readonly #tails: SharedPack;
  /** Names of finished packs. */
  readonly #stored = new Set<string>();
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
    this.records = new RecordSheets({ ports, keys, meta: this.meta });
    this.#tails = this.#newSharedPack();
    this.sharedContents = new SharedContentPacks(() => this.#newSharedPack());
  }

  /** Up to the random part. */
  namePrefix(kind: PackKind): string {
    const { epoch, sessionId, attempt } = this.#options;
    return packName({ kind, epoch, sessionId, attempt, random: '' });
  }

  /** True for packs of this session, of any kind: also for those of an earlier attempt. */
  isOwn(pack: string): boolean {
    return parsePackOrigin(pack)?.sessionId === this.#options.sessionId;
  }

  async openPack(
    storageClass: StorageClass = 'hot',
    kind: 'packs' | 'tails' = 'packs',
  ): Promise<PackStream> {
    const { ports, keys } = this.#options;
    const footerKey = await newPrefixKey(ports, keys.derived.footers);
    const namePrefix = this.namePrefix(kind);
    return new PackStream({ ...ports, namePrefix, footerKey, storageClass });
  }

  /** @returns the length of the blob */
  async finishPack(pack: PackStream): Promise<number> {
    const length = await pack.finish();
    this.#stored.add(pack.name);
    this.countPack(length);
    return length;
  }

  /** Of a pack that cannot be read as it lies. */
  async putManifest(footer: WrittenFooter): Promise<void> {
    const { ports, keys } = this.#options;
    await putManifest({ ...ports, footerKey: keys.derived.footers }, footer);
    this.countPuts(1);
  }

  /** Whether a pack of this attempt is finished. */
  isStored(pack: string): boolean {
    return this.#stored.has(pack);
  }

  /** Puts a whole segment into the pack that the session's objects share. */
  storeTail(identity: SegmentIdentity, frames: readonly SealedFrame[]): Promise<StoredSegment> {
    return this.#tails.store(identity, frames);
  }

  /** Resolves when all shared and meta packs so far are stored. */
  async flush(): Promise<void> {
    await Promise.all([this.#tails.flush(), this.sharedContents.flush()]);
    await this.records.flush();
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

  #newSharedPack(): SharedPack {
    return new SharedPack({
      openPack: () => this.openPack(),
      finishPack: (pack) => this.finishPack(pack),
    });
  }
}
