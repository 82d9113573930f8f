import { sum } from '../bytes.ts';
import type { SealedFrame, SegmentIdentity } from '../pack/pack-stream.ts';
import { partBytesMin } from '../ports.ts';
import type { SharedPack, StoredSegment } from './shared-pack.ts';

/** Packs that are filled by several objects at the same time. */
const commonPacks = 4;
/** Packs that are filled by one object at a time: each costs memory while it is open. */
const ownPacksMax = 8;
/** From so many bytes on an object gets a pack that it need not share. */
const commonBytesMax = 1024 * 1024;

/** Where one object puts the contents that it shares. */
export interface SharedContentPlaces {
  /** Resolves when the segment is in a pack, which may still be open. */
  store(identity: SegmentIdentity, frames: readonly SealedFrame[]): Promise<StoredSegment>;
  /** Nothing more comes, or nothing soon. */
  end(): Promise<void>;
}

/**
 * Packs of a session with what objects share. An object that stores much of it
 * fills packs alone, one segment after the other, so that a copy can take long
 * stretches as they lie; what it leaves too short for that the next one goes on
 * with. Nobody waits for such a pack: when all are in use, the common ones do.
 */
export class SharedContentPacks {
  readonly #newPack: () => SharedPack;
  readonly #common: readonly SharedPack[];
  readonly #own: SharedPack[] = [];
  /** Of the own ones: used by nobody. */
  readonly #free: SharedPack[] = [];

  constructor(newPack: () => SharedPack) {
    this.#newPack = newPack;
    this.#common = Array.from({ length: commonPacks }, newPack);
  }

  /** For one object. */
  open(): SharedContentPlaces {
    let own: SharedPack | undefined;
    let storedBytes = 0;
    return {
      store: (identity, frames) => {
        if (storedBytes >= commonBytesMax) own ??= this.#take();
        storedBytes += sum(frames.map(({ sealed }) => sealed.length));
        return (own ?? this.#leastWaiting()).store(identity, frames);
      },
      end: async () => {
        const left = own;
        own = undefined;
        if (left !== undefined) await this.#giveBack(left);
      },
    };
  }

  /** Resolves when everything so far is stored. */
  async flush(): Promise<void> {
    await Promise.all([...this.#common, ...this.#own].map((pack) => pack.flush()));
  }

  #take(): SharedPack | undefined {
    const free = this.#free.pop();
    if (free !== undefined || this.#own.length >= ownPacksMax) return free;
    const pack = this.#newPack();
    this.#own.push(pack);
    return pack;
  }

  /** What is long enough to be copied as it lies is stored; the rest goes on. */
  async #giveBack(pack: SharedPack): Promise<void> {
    if (pack.length >= partBytesMin) await pack.flush();
    this.#free.push(pack);
  }

  #leastWaiting(): SharedPack {
    return this.#common.reduce((a, b) => (b.waiting < a.waiting ? b : a));
  }
}
