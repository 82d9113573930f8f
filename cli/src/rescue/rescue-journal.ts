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

/**
 * Which item of one object went into which file: what a restore that goes on
 * needs to know, and what is verified in the end. One line of JSON per step.
 */
export class RescueJournal {
  readonly #file: string;
  readonly #lines = new Map<string, JournalLine>();
  readonly #owners = new Map<string, string>();

  private constructor(file: string) {
    this.#file = file;
  }

  static async open(target: string, pointId: string, objectId: string): Promise<RescueJournal> {
    const name = `${shortHash(`${pointId}\n${objectId}`)}.jsonl`;
    const journal = new RescueJournal(join(target, '.firn-rescue', name));
    await mkdir(dirname(journal.#file), { recursive: true });
    for await (const line of readLines(journal.#file)) journal.#remember(line);
    return journal;
  }

  of(itemId: string): JournalLine | undefined {
    return this.#lines.get(itemId);
  }

  /** The item that has the path, where case makes no difference. */
  ownerOf(path: string): string | undefined {
    return this.#owners.get(path.toLowerCase());
  }

  *written(): Generator<Required<JournalLine>> {
    for (const { itemId, path, size, digest } of this.#lines.values()) {
      if (size !== undefined && digest !== undefined) yield { itemId, path, size, digest };
    }
  }

  async note(line: JournalLine): Promise<void> {
    this.#remember(line);
    await appendFile(this.#file, `${JSON.stringify(line)}\n`);
  }

  #remember(line: JournalLine): void {
    this.#lines.set(line.itemId, line);
    this.#owners.set(line.path.toLowerCase(), line.itemId);
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
