import { appendFile, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { shortHash } from './safe-name.ts';

/** An item that has a file. Without a digest: the file was begun, and may not be there. */
export interface JournalLine {
  readonly itemId: string;
  /** Below the target. */
  readonly path: string;
  readonly size?: number;
  readonly digest?: string;
}

/** What is held of an item: of 200,000 items that is to be little. */
interface HeldItem {
  readonly path: string;
  readonly size: number | undefined;
  /** Of its newest line, by which that is known again. */
  readonly line: number;
}

/**
 * Which item of one object went into which file: what a restore that goes on
 * needs to know, and what is verified in the end. One line of JSON per step.
 */
export class RescueJournal {
  readonly #file: string;
  readonly #items = new Map<string, HeldItem>();
  /** Hashes: two paths that share one are told apart by a suffix, as if they were the same. */
  readonly #takenPaths = new Set<string>();
  #lines = 0;

  private constructor(file: string) {
    this.#file = file;
  }

  static async open(target: string, pointId: string, objectId: string): Promise<RescueJournal> {
    const name = `${shortHash(`${pointId}\n${objectId}`)}.jsonl`;
    const journal = new RescueJournal(join(target, '.firn-rescue', name));
    await mkdir(dirname(journal.#file), { recursive: true });
    for await (const line of readLines(journal.#file)) journal.#remember(line);
    // A line that a kill has cut would spoil the next one.
    if (!journal.isNew) await appendFile(journal.#file, '\n');
    return journal;
  }

  /** Nothing was written before. */
  get isNew(): boolean {
    return this.#lines === 0;
  }

  of(itemId: string): Pick<HeldItem, 'path' | 'size'> | undefined {
    return this.#items.get(itemId);
  }

  /** By an item, where case makes no difference. */
  isTaken(path: string): boolean {
    return this.#takenPaths.has(shortHash(path.toLowerCase()));
  }

  /** By the newest line of each item, read from the file again. */
  async *written(): AsyncGenerator<Required<JournalLine>> {
    let number = 0;
    for await (const { itemId, path, size, digest } of readLines(this.#file)) {
      number += 1;
      const isNewest = this.#items.get(itemId)?.line === number;
      if (isNewest && size !== undefined && digest !== undefined) {
        yield { itemId, path, size, digest };
      }
    }
  }

  async note(line: JournalLine): Promise<void> {
    this.#remember(line);
    await appendFile(this.#file, `${JSON.stringify(line)}\n`);
  }

  #remember({ itemId, path, size }: JournalLine): void {
    this.#lines += 1;
    this.#items.set(itemId, { path, size, line: this.#lines });
    this.#takenPaths.add(shortHash(path.toLowerCase()));
  }
}

/** A last line that a kill has cut is passed over. */
async function* readLines(path: string): AsyncGenerator<JournalLine> {
  const file = await open(path, 'a+');
  try {
    for await (const text of file.readLines({ start: 0, autoClose: false })) {
      const line = parse(text);
      if (line !== undefined) yield line;
    }
  } finally {
    await file.close();
  }
}

function parse(text: string): JournalLine | undefined {
  try {
    const line: unknown = JSON.parse(text);
    const isLine = typeof line === 'object' && line !== null && 'itemId' in line && 'path' in line;
    return isLine ? (line as JournalLine) : undefined;
  } catch {
    return undefined;
  }
}
