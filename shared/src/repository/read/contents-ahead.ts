import { invariant } from '../../errors/invariant.ts';
import type { FrameAccess } from './frame-access.ts';
import type { FrameReader } from './frame-reader.ts';
import { loadContents } from './load-contents.ts';
import type { LoadedContents } from './loaded-contents.ts';
import { frameId, type NamedContent } from './placed-content.ts';

/** Contents in the order in which they will be read. */
export interface ContentSequence {
  readonly length: number;
  at(position: number): NamedContent;
}

export interface ContentsAheadOptions {
  readonly access: FrameAccess;
  readonly frames: FrameReader;
  readonly contents: ContentSequence;
  /** What was passed by is freed at once: nobody reads it any more. Default: false. */
  readonly isLent?: boolean | undefined;
}

/** Positions that are loaded at once. */
interface Stretch {
  readonly from: number;
  /** Not included. */
  readonly to: number;
  readonly loaded: Promise<LoadedContents>;
}

/** A stretch has so much, or a single content that is larger. */
const stretchBytes = 2 * 1024 * 1024;
/** So that a frame's last contents do not make it be opened twice. */
const overhangBytes = 256 * 1024;
/** Of a single large object, too, there is work for two threads. */
const stretchesAhead = 2;
/** The one before, for readers that lag behind; the one that is read; and the next ones. */
const stretchesMax = 2 + stretchesAhead;

/** Reads a sequence of contents of one object: 2 MiB of them, and twice as much ahead. */
export class ContentsAhead {
  readonly #options: ContentsAheadOptions;
  readonly #contents: ContentSequence;
  readonly #stretches: Stretch[] = [];

  constructor(options: ContentsAheadOptions) {
    this.#options = options;
    this.#contents = options.contents;
  }

  /**
   * Best in order; positions may be left out. @returns memory that stays as it is,
   * when it is lent until the next content is read
   * E_REPOSITORY_DAMAGED with the pack and the object, never other bytes; E_BLOB_ARCHIVED.
   */
  async read(position: number): Promise<Uint8Array> {
    const stretch = this.#stretchOf(position);
    const bytes = (await stretch?.loaded)?.at(position - (stretch?.from ?? 0));
    return bytes ?? this.#options.frames.read(this.#contents.at(position));
  }

  /** Once what is on its way has ended. */
  async close(): Promise<void> {
    const stretches = this.#stretches.splice(0);
    await Promise.allSettled(stretches.map(({ loaded }) => loaded));
    for (const stretch of stretches) this.#passBy(stretch);
  }

  /** Undefined: it was passed by. */
  #stretchOf(position: number): Stretch | undefined {
    const next = this.#stretches.at(-1)?.to ?? 0;
    if (position >= next) this.#load(position);
    const found = this.#stretches.findIndex(({ from, to }) => from <= position && position < to);
    const stretch = this.#stretches[found];
    if (stretch !== undefined) this.#loadAhead(this.#stretches.length - 1 - found);
    return stretch;
  }

  #loadAhead(loaded: number): void {
    for (let ahead = loaded; ahead < stretchesAhead; ahead += 1) {
      const from = this.#stretches.at(-1)?.to ?? 0;
      if (from < this.#contents.length) this.#load(from);
    }
  }

  #load(from: number): void {
    const contents = this.#from(from);
    const { access, isLent } = this.#options;
    const loaded = loadContents(access, contents, { isLent });
    // Its error is met when its turn comes.
    loaded.catch(ignore);
    this.#stretches.push({ from, to: from + contents.length, loaded });
    const passed = this.#stretches.length > stretchesMax ? this.#stretches.shift() : undefined;
    if (passed !== undefined) this.#passBy(passed);
  }

  #passBy({ loaded }: Stretch): void {
    if (this.#options.isLent === true) loaded.then((contents) => contents.discard(), ignore);
  }

  #from(from: number): NamedContent[] {
    invariant(from < this.#contents.length, `there is no content ${from} to read`);
    const contents: NamedContent[] = [];
    const frames = new Set<string>();
    let bytes = 0;
    for (let at = from; at < this.#contents.length; at += 1) {
      const content = this.#contents.at(at);
      const isOpened = frames.has(frameId(content));
      bytes += content.address.length;
      const bytesMax = stretchBytes + (isOpened ? overhangBytes : 0);
      if (contents.length > 0 && bytes > bytesMax) break;
      frames.add(frameId(content));
      contents.push(content);
    }
    return contents;
  }
}

function ignore(): void {}
