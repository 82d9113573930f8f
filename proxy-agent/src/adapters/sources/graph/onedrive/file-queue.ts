import { gathered } from '@firn/shared/memory/byte-collector';
import { discardWhole } from '@firn/shared/memory/discard';
import type { ItemContent, KnownState, SourceChange } from '../../../../ports/source.ts';
import type { DriveAccess } from './drive-api.ts';
import { readContent } from './drive-content.ts';
import { type FileEntry, fileRow } from './drive-item.ts';

/** Files up to this size are read ahead, whole; larger ones are streamed when their turn comes. */
const aheadMaxBytes = 1024 * 1024;
const filesAheadMax = 4;

interface Download {
  readonly file: FileEntry;
  readonly content: Promise<ItemContent>;
}

/** Reads files in order, small ones ahead: at most 4 MiB wait. */
export class FileQueue {
  readonly #access: DriveAccess;
  readonly #isKept: KnownState['isKept'];
  readonly #signal: AbortSignal;
  readonly #running: Download[] = [];

  constructor(access: DriveAccess, isKept: KnownState['isKept'], signal: AbortSignal) {
    this.#access = access;
    this.#isKept = isKept;
    this.#signal = signal;
  }

  async *push(file: FileEntry): AsyncGenerator<SourceChange> {
    if (this.#isKept?.(fileRow(file)) === false) return;
    while (this.#running.length >= filesAheadMax) yield* this.#takeOldest();
    const content = file.size <= aheadMaxBytes ? this.#readWhole(file) : this.#stream(file);
    // A failure is thrown where it is taken; until then it is no stray rejection.
    content.catch(() => undefined);
    this.#running.push({ file, content });
  }

  async *flush(): AsyncGenerator<SourceChange> {
    while (this.#running.length > 0) yield* this.#takeOldest();
  }

  async *#takeOldest(): AsyncGenerator<SourceChange> {
    const oldest = this.#running.shift();
    if (oldest === undefined) return;
    const item = fileRow(oldest.file);
    let change: SourceChange;
    try {
      change = { type: 'item', item, content: await oldest.content };
    } catch (error) {
      this.#signal.throwIfAborted();
      change = { type: 'item-failed', item, error };
    }
    yield change;
    // Read by now: see SourceChange.
    if (change.type === 'item' && change.content.kind === 'bytes') {
      discardWhole(change.content.bytes);
    }
  }

  async #readWhole(file: FileEntry): Promise<ItemContent> {
    const content = readContent(this.#access, file, this.#signal);
    return { kind: 'bytes', bytes: await gathered(content, file.size) };
  }

  async #stream(file: FileEntry): Promise<ItemContent> {
    const open = (signal: AbortSignal) => readContent(this.#access, file, signal);
    return { kind: 'stream', size: file.size, open };
  }
}
