import { decodeItem } from '../catalog/decode-row.ts';
import type { CatalogItem } from '../catalog/row.ts';
import { encodeJson } from '../json.ts';

const firstBytes = 64 * 1024;

/** Rows of items as they are stored: a fraction of what they take as objects. */
export class PackedItems {
  readonly #ends: number[] = [];
  #bytes = new Uint8Array(firstBytes);
  #length = 0;

  get count(): number {
    return this.#ends.length;
  }

  get sizeBytes(): number {
    return this.#length;
  }

  add(item: CatalogItem): void {
    const row = encodeJson(item);
    const end = this.#length + row.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(2 * Math.max(end, this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(row, this.#length);
    this.#ends.push(end);
    this.#length = end;
  }

  /** @param at in the order in which they were added */
  at(at: number): CatalogItem {
    return decodeItem(this.#bytes.subarray(this.#ends[at - 1] ?? 0, this.#ends[at]));
  }
}
