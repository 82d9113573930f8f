import { AppError } from '../../errors/app-error.ts';
import { sum } from '../bytes.ts';
import { damaged, isDamage, naming } from '../damaged.ts';
import type { MetaReader } from '../meta/meta-packs.ts';
import type { Compute } from '../ports.ts';
import type { SealingKey } from '../segment/epoch-keys.ts';
import { openFrame } from '../segment/frame.ts';
import { deriveSegmentKey, type SegmentKey, segmentIdBytes } from '../segment/segment-key.ts';
import { decodeDirectory } from './decode-directory.ts';
import {
  decodeEntries,
  type Levels,
  type RunDirectory,
  type RunEntry,
  type RunKind,
  type RunRef,
} from './run-layout.ts';
import { type SearchableFrame, searchableFrame } from './searchable-frame.ts';

export interface RunReaderOptions {
  readonly compute: Compute;
  readonly meta: MetaReader;
  readonly kind: RunKind;
  /** Asked for before a run is opened: whoever reads none needs no key. */
  readonly key: () => Promise<SealingKey>;
  /** For messages. */
  readonly objectId: string;
}

interface OpenedRun {
  readonly segment: SegmentKey;
  readonly directory: RunDirectory;
  /** Offset of each frame in the pack. */
  readonly offsets: readonly number[];
  /** A small run is read at once. */
  readonly whole: Uint8Array | undefined;
}

interface FrameRange {
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

const directoriesMax = 256;
const framesMax = 32;
const readAheadBytes = 256 * 1024;
const wholeBytesMax = 32 * 1024;

/** Reads runs of one kind of one object. Keeps directories and a few frames. */
export class RunReader {
  readonly #options: RunReaderOptions;
  readonly #runs = new Map<string, Promise<OpenedRun>>();
  readonly #frames = new Map<string, SearchableFrame>();

  constructor(options: RunReaderOptions) {
    this.#options = options;
  }

  async directory(ref: RunRef): Promise<RunDirectory> {
    return (await this.#run(ref)).directory;
  }

  /** Of the newest level that knows the key; undefined: unknown or removed. */
  async get(levels: Levels, key: string): Promise<Uint8Array | undefined> {
    for (const level of levels) {
      const ref = level.find((run) => run.first <= key && key <= run.last);
      const entry = ref && (await this.#find(ref, key));
      if (entry !== undefined) return entry.value;
    }
    return undefined;
  }

  /** Drops what was kept; it can be read again. */
  forget(): void {
    this.#runs.clear();
    this.#frames.clear();
  }

  /** Entries from the key on, in order. Reads ahead by 256 KiB. */
  async *scan(ref: RunRef, from = ''): AsyncGenerator<RunEntry> {
    if (ref.last < from) return;
    const { directory } = await this.#run(ref);
    let next = Math.max(0, frameOf(directory, from));
    while (next < directory.frames.length) {
      const range = aheadOf(directory, next);
      for await (const entries of this.#scanFrames(ref, range)) {
        for (const entry of entries) if (entry.key >= from) yield entry;
      }
      next = range.to;
    }
  }

  /** As scan, past frames that cannot be read: each is told by its first key. */
  async *scanSound(
    ref: RunRef,
    from: string,
    onDamage: (error: AppError, firstKey: string) => void,
  ): AsyncGenerator<RunEntry> {
    if (ref.last < from) return;
    const directory = await this.directory(ref).catch(damageOrThrow);
    if (directory instanceof AppError) return onDamage(directory, ref.first);
    for (let next = Math.max(0, frameOf(directory, from)); next < directory.frames.length; ) {
      const entries = await this.#frame(ref, next).catch(damageOrThrow);
      if (entries instanceof AppError) onDamage(entries, directory.frames[next]?.first ?? '');
      else for (const entry of entries) if (entry.key >= from) yield entry;
      next += 1;
    }
  }

  async #frame(ref: RunRef, number: number): Promise<readonly RunEntry[]> {
    const { directory, offsets } = await this.#run(ref);
    const length = directory.frames[number]?.length ?? 0;
    return this.#open(ref, number, await this.#readFrames(ref, offsets[number] ?? 0, length));
  }

  /** One read for all frames of the range. */
  async *#scanFrames(ref: RunRef, { from, to }: FrameRange): AsyncGenerator<readonly RunEntry[]> {
    const { directory, offsets } = await this.#run(ref);
    const frames = directory.frames.slice(from, to);
    const length = sum(frames.map((frame) => frame.length));
    const bytes = await this.#readFrames(ref, offsets[from] ?? 0, length);
    let at = 0;
    for (const [step, frame] of frames.entries()) {
      yield await this.#open(ref, from + step, bytes.subarray(at, at + frame.length));
      at += frame.length;
    }
  }

  async #find(ref: RunRef, key: string): Promise<RunEntry | undefined> {
    const { directory, offsets } = await this.#run(ref);
    const number = frameOf(directory, key);
    const frame = directory.frames[number];
    const offset = offsets[number];
    if (frame === undefined || offset === undefined) return undefined;
    const id = `${ref.pack}:${offset}`;
    let found = this.#frames.get(id);
    if (found === undefined) {
      const sealed = await this.#readFrames(ref, offset, frame.length);
      const opened = await this.#openBytes(ref, number, sealed);
      found = await this.#naming(ref, async () => searchableFrame(this.#options.kind, opened));
    }
    keepNewest(this.#frames, id, found, framesMax);
    return found.find(key);
  }

  #run(ref: RunRef): Promise<OpenedRun> {
    const id = `${ref.pack}:${ref.offset}`;
    const opened = this.#runs.get(id) ?? this.#openRun(ref);
    keepNewest(this.#runs, id, opened, directoriesMax);
    opened.catch(() => this.#runs.delete(id));
    return opened;
  }

  #openRun(ref: RunRef): Promise<OpenedRun> {
    const { compute, key, kind } = this.#options;
    return this.#naming(ref, async () => {
      const directoryAt = ref.offset + ref.length - ref.directory;
      const whole = ref.length <= wholeBytesMax ? await this.#options.meta.read(ref) : undefined;
      const sealed =
        whole?.subarray(ref.length - ref.directory) ??
        (await this.#read(ref, directoryAt, ref.directory));
      const segment = await deriveSegmentKey(compute, await key(), ref.segment);
      // The directory's frame number is the number of frames before it.
      const directory = await this.#openDirectory(ref, segment, sealed);
      let offset = ref.offset + segmentIdBytes;
      const offsets = directory.frames.map(({ length }) => {
        offset += length;
        return offset - length;
      });
      if (offset !== directoryAt) throw damaged(`a ${kind} run has another length than it says`);
      return { segment, directory, offsets, whole };
    });
  }

  async #openDirectory(
    ref: RunRef,
    segment: SegmentKey,
    sealed: Uint8Array,
  ): Promise<RunDirectory> {
    const { compute, kind } = this.#options;
    const place = { segment, number: ref.frames, kind };
    return decodeDirectory(openFrame(compute, place, sealed));
  }

  async #open(ref: RunRef, number: number, sealed: Uint8Array): Promise<readonly RunEntry[]> {
    const frame = await this.#openBytes(ref, number, sealed);
    return this.#naming(ref, async () => decodeEntries(this.#options.kind, frame));
  }

  #openBytes(ref: RunRef, number: number, sealed: Uint8Array): Promise<Uint8Array> {
    return this.#naming(ref, async () => {
      const { segment } = await this.#run(ref);
      const { compute, kind } = this.#options;
      return openFrame(compute, { segment, number, kind }, sealed);
    });
  }

  async #readFrames(ref: RunRef, offset: number, length: number): Promise<Uint8Array> {
    const { whole } = await this.#run(ref);
    const start = offset - ref.offset;
    return whole?.subarray(start, start + length) ?? this.#read(ref, offset, length);
  }

  #read(ref: RunRef, offset: number, length: number): Promise<Uint8Array> {
    return this.#options.meta.read({ pack: ref.pack, offset, length });
  }

  #naming<T>(ref: RunRef, read: () => Promise<T>): Promise<T> {
    const { kind, objectId } = this.#options;
    return naming(`the ${kind} in ${ref.pack}`, { blob: ref.pack, objectId }, read);
  }
}

function damageOrThrow(error: unknown): AppError {
  if (isDamage(error)) return error;
  throw error;
}

function aheadOf(directory: RunDirectory, from: number): FrameRange {
  let bytes = 0;
  let to = from;
  do {
    bytes += directory.frames[to]?.length ?? 0;
    to += 1;
  } while (to < directory.frames.length && bytes < readAheadBytes);
  return { from, to };
}

/** The last frame whose first key is not after key; -1 when there is none. */
function frameOf(directory: RunDirectory, key: string): number {
  let low = 0;
  let high = directory.frames.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const first = directory.frames[middle]?.first ?? '';
    if (first <= key) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Puts the entry last, and drops the one that was used longest ago. */
function keepNewest<V>(map: Map<string, V>, id: string, value: V, sizeMax: number): void {
  map.delete(id);
  map.set(id, value);
  const [oldest] = map.keys();
  if (map.size > sizeMax && oldest !== undefined) map.delete(oldest);
}
