import type { BodyRef, BodyStore, BodyWriter } from './body-store.ts';

/** Bodies in memory. */
export class MemoryBodies implements BodyStore {
  readonly #bodies = new Map<number, Uint8Array>();
  #nextId = 1;

  async create(): Promise<BodyWriter> {
    const pieces: Uint8Array[] = [];
    return {
      write: async (piece) => void pieces.push(piece),
      finish: async () => {
        const body = Buffer.concat(pieces);
        const id = this.#nextId;
        this.#nextId += 1;
        this.#bodies.set(id, body);
        return { id, sizeBytes: body.byteLength };
      },
      abandon: async () => void pieces.splice(0),
    };
  }

  async *read({ id }: BodyRef, start: number, end: number): AsyncGenerator<Uint8Array> {
    const body = this.#bodies.get(id);
    if (!body) throw new Error(`no body ${id}`);
    if (end > start) yield body.subarray(start, end);
  }

  async remove({ id }: BodyRef): Promise<void> {
    this.#bodies.delete(id);
  }

  async close(): Promise<void> {
    this.#bodies.clear();
  }
}
