import type { BodyRef, BodyStore, BodyWriter } from './body-store.ts';

const ZEROS = new Uint8Array(64 * 1024);

/** Keeps lengths only; reads give zeros. For measuring writers without the cost of a disk. */
export class DiscardedBodies implements BodyStore {
  #nextId = 1;

  async create(): Promise<BodyWriter> {
    let sizeBytes = 0;
    return {
      write: async (piece) => {
        sizeBytes += piece.byteLength;
      },
      finish: async () => {
        const id = this.#nextId;
        this.#nextId += 1;
        return { id, sizeBytes };
      },
      abandon: async () => undefined,
    };
  }

  async *read(_ref: BodyRef, start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let left = end - start; left > 0; left -= ZEROS.byteLength) {
      yield ZEROS.subarray(0, Math.min(left, ZEROS.byteLength));
    }
  }

  async remove(): Promise<void> {}

  async close(): Promise<void> {}
}
