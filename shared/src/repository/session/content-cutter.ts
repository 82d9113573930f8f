import { copyInto } from '../../memory/copy-into.ts';
import type { BatchCompute, Workspace } from '../batch-compute.ts';
import type { Compute } from '../ports.ts';

/** Sizes of the contents that a large one is cut into, bytes. */
export interface CutSizes {
  readonly min: number;
  /** A power of two. Content of at most this size is not cut. */
  readonly mean: number;
  readonly max: number;
}

export const contentSizes: CutSizes = {
  min: 512 * 1024,
  mean: 1024 * 1024,
  max: 8 * 1024 * 1024,
};

const tableBytes = 256 * 8;
/** Bits that the mask has more below the mean, and less above. */
const normalisation = 2;
const bufferBytesMin = 128 * 1024;

/** By secret: each object of a session needs it, and to derive it takes as long as twenty keys. */
const tables = new WeakMap<Uint8Array, Promise<Uint8Array>>();

/** Of content whose ids are made with the secret: borders tell nothing without it. */
export function gearTable(compute: Compute, contentIdSecret: Uint8Array): Promise<Uint8Array> {
  const known = tables.get(contentIdSecret);
  if (known !== undefined) return known;
  const table = compute.hkdf(contentIdSecret, new Uint8Array(), 'firn/1 gear', tableBytes);
  tables.set(contentIdSecret, table);
  return table;
}

export interface ContentCutterOptions {
  readonly compute: Pick<Compute, 'scanGear'> & {
    readonly batches: Pick<BatchCompute, 'workspace'>;
  };
  /** 256 integers of 64 bits. */
  readonly table: Uint8Array;
  readonly sizes?: CutSizes;
}

/**
 * Cuts bytes, given one after the other, into contents: by what they hold, so
 * that an insertion moves no border far behind it. docs/repository-format.md,
 * "Content". What it yields is valid until the next call.
 */
export class ContentCutter {
  readonly #compute: ContentCutterOptions['compute'];
  readonly #table: Uint8Array;
  readonly #sizes: CutSizes;
  readonly #maskBelow: bigint;
  readonly #maskAbove: bigint;
  /** What is held lies here; undefined: nothing is. */
  #workspace: Workspace | undefined;
  #length = 0;
  /** Of what is held: no border before. */
  #scanned = 0;
  #hash = 0n;
  #isFirst = true;

  constructor({ compute, table, sizes = contentSizes }: ContentCutterOptions) {
    this.#compute = compute;
    this.#table = table;
    this.#sizes = sizes;
    const bits = Math.log2(sizes.mean);
    this.#maskBelow = highBits(bits + normalisation);
    this.#maskAbove = highBits(bits - normalisation);
  }

  /** The contents that are whole by now. To be read to its end before the next call. */
  *push(bytes: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + this.#sizes.max - this.#length);
      this.#hold(part);
      at += part.length;
      yield* this.#cut();
    }
  }

  /** The rest. Then other bytes may be given. */
  *end(): Generator<Uint8Array> {
    try {
      if (this.#length > 0) yield this.#held(0, this.#length);
    } finally {
      this.reset();
    }
  }

  /** Forgets what was given. */
  reset(): void {
    this.#workspace?.release();
    this.#workspace = undefined;
    this.#length = 0;
    this.#isFirst = true;
    this.#begin();
  }

  *#cut(): Generator<Uint8Array> {
    if (this.#isFirst && this.#length <= this.#sizes.mean) return;
    for (let end = this.#border(); end !== undefined; end = this.#border()) {
      yield this.#held(0, end);
      if (this.#workspace !== undefined) {
        copyInto(this.#workspace.bytes, 0, this.#held(end, this.#length));
      }
      this.#length -= end;
      this.#isFirst = false;
      this.#begin();
    }
  }

  /** Where the content ends that is held from its beginning; undefined: not known yet. */
  #border(): number | undefined {
    const { min, mean, max } = this.#sizes;
    const below = this.#scan(Math.max(min, this.#scanned), mean, this.#maskBelow);
    const end = below ?? this.#scan(Math.max(mean, this.#scanned), max, this.#maskAbove);
    return end ?? (this.#length >= max ? max : undefined);
  }

  #scan(from: number, toMax: number, mask: bigint): number | undefined {
    const to = Math.min(toMax, this.#length);
    if (from >= to) return undefined;
    const bytes = this.#held(from, to);
    const { end, hash } = this.#compute.scanGear({
      ...{ table: this.#table, bytes, hash: this.#hash, mask },
    });
    this.#hash = hash;
    this.#scanned = to;
    return end === undefined ? undefined : from + end;
  }

  #hold(part: Uint8Array): void {
    const length = this.#length + part.length;
    const { bytes } = this.#roomFor(length);
    copyInto(bytes, this.#length, part);
    this.#length = length;
  }

  #roomFor(length: number): Workspace {
    const before = this.#workspace;
    if (before !== undefined && before.bytes.length >= length) return before;
    const doubled = Math.max(2 * (before?.bytes.length ?? 0), length, bufferBytesMin);
    const larger = this.#compute.batches.workspace(Math.min(doubled, this.#sizes.max));
    copyInto(larger.bytes, 0, this.#held(0, this.#length));
    before?.release();
    this.#workspace = larger;
    return larger;
  }

  #held(from: number, to: number): Uint8Array {
    return this.#workspace?.bytes.subarray(from, to) ?? new Uint8Array();
  }

  #begin(): void {
    this.#scanned = 0;
    this.#hash = 0n;
  }
}

/** The highest bits of 64 depend on the last 64 bytes, lower ones on fewer. */
function highBits(count: number): bigint {
  return ((1n << BigInt(count)) - 1n) << BigInt(64 - count);
}
