import { isDamage } from '../damaged.ts';
import type { BlobStore, ByteRange } from '../ports.ts';

const windowBytes = 4 * 1024 * 1024;

/** Ranges of one blob, asked for in order, out of reads of 4 MiB. */
export class ReadAhead {
  readonly #store: Pick<BlobStore, 'get'>;
  readonly #name: string;
  /** Nothing is read from here on. */
  readonly #end: number;
  #window: { readonly offset: number; readonly bytes: Uint8Array } | undefined;

  constructor(store: Pick<BlobStore, 'get'>, name: string, end: number) {
    this.#store = store;
    this.#name = name;
    this.#end = end;
  }

  async get(range: ByteRange): Promise<Uint8Array> {
    const known = this.#known(range);
    if (known !== undefined) return known;
    const length = Math.max(range.length, Math.min(windowBytes, this.#end - range.offset));
    try {
      const { bytes } = await this.#store.get(this.#name, { offset: range.offset, length });
      this.#window = { offset: range.offset, bytes };
      return bytes.subarray(0, range.length);
    } catch (error) {
      // The window may reach behind the end of what is there.
      if (!isDamage(error)) throw error;
      return (await this.#store.get(this.#name, range)).bytes;
    }
  }

  #known({ offset, length }: ByteRange): Uint8Array | undefined {
    if (this.#window === undefined) return undefined;
    const start = offset - this.#window.offset;
    const isInside = start >= 0 && start + length <= this.#window.bytes.length;
    return isInside ? this.#window.bytes.subarray(start, start + length) : undefined;
  }
}
