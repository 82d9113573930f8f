import { damaged, isDamage, naming } from '../damaged.ts';
import type { MetaReader, MetaRef } from '../meta/meta-packs.ts';
import type { BlobStore } from '../ports.ts';

const heldBytesMax = 64 * 1024 * 1024;

/**
 * Reads meta packs whole, once each while they are needed: a check wants all of
 * a pack, and one request is cheaper than one per range.
 */
export class WholeMeta implements MetaReader {
  readonly #store: Pick<BlobStore, 'get'>;
  readonly #packs = new Map<string, Promise<Uint8Array>>();
  readonly #sizes = new Map<string, number>();
  #heldBytes = 0;

  constructor(store: Pick<BlobStore, 'get'>) {
    this.#store = store;
  }

  read({ pack, offset, length }: MetaRef): Promise<Uint8Array> {
    return naming(pack, { blob: pack }, async () => {
      const bytes = await this.pack(pack);
      if (offset + length > bytes.length) throw damaged('it is too short');
      return bytes.subarray(offset, offset + length);
    });
  }

  /** E_BLOB_NOT_FOUND, also again without asking again. */
  async pack(name: string): Promise<Uint8Array> {
    const reading = this.#packs.get(name) ?? this.#get(name);
    this.#packs.delete(name);
    this.#packs.set(name, reading);
    return reading;
  }

  async #get(name: string): Promise<Uint8Array> {
    try {
      const { bytes } = await this.#store.get(name);
      this.#sizes.set(name, bytes.length);
      this.#heldBytes += bytes.length;
      this.#makeRoom(name);
      return bytes;
    } catch (error) {
      if (!isDamage(error)) this.#packs.delete(name);
      throw error;
    }
  }

  #makeRoom(newest: string): void {
    for (const [name, size] of this.#sizes) {
      if (this.#heldBytes <= heldBytesMax) return;
      if (name === newest) continue;
      this.#packs.delete(name);
      this.#sizes.delete(name);
      this.#heldBytes -= size;
    }
  }
}
