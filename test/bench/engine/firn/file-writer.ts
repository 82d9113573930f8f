import { Worker } from 'node:worker_threads';
import { copyInto } from '@firn/shared/memory/copy-into';
import type { FilePart, FileWriterReply } from './file-writer-calls.ts';

export interface NewFile {
  readonly path: string;
  readonly mode: number;
  readonly modifiedMs: number;
}

/** What goes to the thread at a time, and how often that is there. */
const memoryBytes = 1024 * 1024;
const memories = 4;

/** Writes files on a thread of its own; 4 MiB of them are under way. */
export class FileWriter {
  readonly #thread = new Worker(new URL('./file-writer-thread.ts', import.meta.url));
  readonly #free = Array.from({ length: memories }, () => new ArrayBuffer(memoryBytes));
  readonly #waiting: (() => void)[] = [];
  #failure: Error | undefined;
  #memory: ArrayBuffer | undefined;
  #parts: FilePart[] = [];
  #filled = 0;
  #files = 0;

  constructor() {
    this.#thread.on('message', ({ memory }: FileWriterReply) => {
      this.#free.push(memory);
      this.#wake();
    });
    this.#thread.on('error', (error: unknown) => {
      this.#failure = new Error('files are written no more', { cause: error });
      this.#wake();
    });
  }

  /** Several may be written at the same time. */
  async write({ path, mode, modifiedMs }: NewFile, content: AsyncIterable<Uint8Array>) {
    this.#files += 1;
    const id = this.#files;
    this.#parts.push({ id, path, at: this.#filled, length: 0 });
    for await (const bytes of content) await this.#append(id, bytes);
    this.#parts.push({ id, at: this.#filled, length: 0, end: { mode, modifiedMs } });
  }

  /** Once everything is written. */
  async close(): Promise<void> {
    if (this.#parts.length > 0) this.#send(this.#memory ?? (await this.#anyFree()));
    const isAllBack = () => this.#free.length === memories;
    while (!isAllBack()) await this.#change();
    await this.#thread.terminate();
  }

  async #append(id: number, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const memory = this.#memory ?? (await this.#anyFree());
      // Somebody else may have taken one meanwhile.
      if (this.#memory !== undefined && this.#memory !== memory) {
        this.#free.push(memory);
        continue;
      }
      this.#memory = memory;
      const length = Math.min(bytes.length - at, memoryBytes - this.#filled);
      copyInto(new Uint8Array(memory, this.#filled, length), 0, bytes.subarray(at, at + length));
      this.#parts.push({ id, at: this.#filled, length });
      this.#filled += length;
      at += length;
      if (this.#filled === memoryBytes) this.#send(memory);
    }
  }

  #send(memory: ArrayBuffer): void {
    this.#thread.postMessage({ memory, parts: this.#parts }, [memory]);
    this.#memory = undefined;
    this.#parts = [];
    this.#filled = 0;
  }

  async #anyFree(): Promise<ArrayBuffer> {
    for (;;) {
      const memory = this.#free.pop();
      if (memory !== undefined) return memory;
      await this.#change();
    }
  }

  /** Memory came back, or the thread failed. */
  async #change(): Promise<void> {
    if (this.#failure === undefined)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#failure !== undefined) throw this.#failure;
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
