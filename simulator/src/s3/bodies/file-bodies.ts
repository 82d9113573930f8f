import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BodyRef, BodyStore, BodyWriter } from './body-store.ts';

/** Bodies as files of a folder of their own, which goes when the store is closed. */
export class FileBodies implements BodyStore {
  readonly #folder: string;
  #nextId = 1;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder inside of `parent`. */
  static async create(parent: string): Promise<FileBodies> {
    return new FileBodies(await mkdtemp(join(parent, 's3-bodies-')));
  }

  async create(): Promise<BodyWriter> {
    const id = this.#nextId;
    this.#nextId += 1;
    const file = await open(this.#path(id), 'wx', 0o600);
    let sizeBytes = 0;
    return {
      write: async (piece) => {
        await file.writeFile(piece);
        sizeBytes += piece.byteLength;
      },
      finish: async () => {
        await file.close();
        return { id, sizeBytes };
      },
      abandon: async () => {
        await file.close();
        await rm(this.#path(id), { force: true });
      },
    };
  }

  async *read({ id }: BodyRef, start: number, end: number): AsyncGenerator<Uint8Array> {
    if (end <= start) return;
    const options = { start, end: end - 1, highWaterMark: 256 * 1024 };
    yield* createReadStream(this.#path(id), options) as AsyncIterable<Uint8Array>;
  }

  async remove({ id }: BodyRef): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #path(id: number): string {
    return join(this.#folder, String(id));
  }
}
