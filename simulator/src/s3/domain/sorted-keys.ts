const BLOCK_KEYS_MAX = 512;

/** Orders keys as S3 does: by their UTF-8 bytes. UTF-16 differs only where surrogates meet. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const [one, other] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (one !== other) return rank(one) - rank(other);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  // surrogates stand for code points above all others of two bytes
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit;
}

/** A set of keys in order, in blocks, so that millions of keys stay quick to add and to list. */
export class SortedKeys {
  readonly #blocks: string[][] = [];

  add(key: string): void {
    const at = Math.max(0, this.#blockOf(key));
    const block = this.#blocks[at];
    if (!block) {
      this.#blocks.push([key]);
      return;
    }
    const place = lowerBound(block, key);
    if (block[place] === key) return;
    block.splice(place, 0, key);
    if (block.length > BLOCK_KEYS_MAX) {
      this.#blocks.splice(at + 1, 0, block.splice(BLOCK_KEYS_MAX / 2));
    }
  }

  delete(key: string): void {
    const at = this.#blockOf(key);
    const block = this.#blocks[at];
    if (!block) return;
    const place = lowerBound(block, key);
    if (block[place] !== key) return;
    block.splice(place, 1);
    if (block.length === 0) this.#blocks.splice(at, 1);
  }

  /** The first key at or after `start`. Keys may be added and removed between two calls. */
  firstFrom(start: string): string | undefined {
    return this.#firstPast((key) => compareKeys(key, start) < 0);
  }

  /** The first key behind all that begin with `prefix`. */
  firstBehind(prefix: string): string | undefined {
    return this.#firstPast((key) => compareKeys(key, prefix) < 0 || key.startsWith(prefix));
  }

  /** The first key that is not skipped; `isSkipped` holds for a beginning of the order. */
  #firstPast(isSkipped: (key: string) => boolean): string | undefined {
    const at = partition(this.#blocks, ([first = '']) => isSkipped(first));
    const block = this.#blocks[at - 1] ?? [];
    return block[partition(block, isSkipped)] ?? this.#blocks[at]?.[0];
  }

  /** The last block whose first key is not after `key`; -1 when all are. */
  #blockOf(key: string): number {
    return partition(this.#blocks, ([first = '']) => compareKeys(first, key) <= 0) - 1;
  }
}

function lowerBound(block: readonly string[], key: string): number {
  return partition(block, (one) => compareKeys(one, key) < 0);
}

/** How many elements `holds` for: all up to some place, and none from there on. */
function partition<T>(elements: readonly T[], holds: (element: T) => boolean): number {
  let [low, high] = [0, elements.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const element = elements[middle];
    if (element !== undefined && holds(element)) low = middle + 1;
    else high = middle;
  }
  return low;
}
