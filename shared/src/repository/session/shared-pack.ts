import type { PackStream, SealedFrame, SegmentIdentity } from '../pack/pack-stream.ts';
import { hotPackBytes } from './hot-pack.ts';

/** Where a stored segment lies. */
export interface StoredSegment {
  readonly pack: string;
  readonly offset: number;
}

export interface SharedPackOptions {
  readonly openPack: () => Promise<PackStream>;
  readonly finishPack: (pack: PackStream) => Promise<unknown>;
}

/** Packs, one after the other, into which objects of a session put whole segments. */
export class SharedPack {
  readonly #options: SharedPackOptions;
  #pack: PackStream | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  #waiting = 0;

  constructor(options: SharedPackOptions) {
    this.#options = options;
  }

  /** Segments that are on their way into it. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Of the pack that is open, so far. */
  get length(): number {
    return this.#pack?.length ?? 0;
  }

  /** Resolves when the segment is in the pack, which may still be open. */
  async store(identity: SegmentIdentity, frames: readonly SealedFrame[]): Promise<StoredSegment> {
    this.#waiting += 1;
    try {
      return await this.#inTurn(() => this.#store(identity, frames));
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Resolves when everything so far is stored. */
  flush(): Promise<void> {
    return this.#inTurn(() => this.#finish());
  }

  async #store(identity: SegmentIdentity, frames: readonly SealedFrame[]): Promise<StoredSegment> {
    this.#pack ??= await this.#options.openPack();
    const pack = this.#pack;
    let offset = 0;
    for (const frame of frames) offset = (await pack.append(identity, frame)).segmentOffset;
    if (pack.length >= hotPackBytes) await this.#finish();
    return { pack: pack.name, offset };
  }

  async #finish(): Promise<void> {
    const pack = this.#pack;
    this.#pack = undefined;
    if (pack !== undefined) await this.#options.finishPack(pack);
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
