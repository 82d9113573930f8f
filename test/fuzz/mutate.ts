/** Numbers from a seed: the same ones again for the same seed (mulberry32). */
export class SeededChance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to below the limit. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }
}

type Mutation = (bytes: Uint8Array, chance: SeededChance) => Uint8Array;

const edges = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
const jsonParts = ['null', '0', '-1', '1e400', '""', '[]', '{}', 'true', '"__proto__"', '9e15'];

const flipBit: Mutation = (bytes, chance) => {
  const copy = Uint8Array.from(bytes);
  const at = chance.below(copy.length);
  if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ (1 << chance.below(8));
  return copy;
};

const cut: Mutation = (bytes, chance) => bytes.slice(0, chance.below(bytes.length + 1));

const remove: Mutation = (bytes, chance) => {
  const from = chance.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + chance.below(16))]);
};

const insert: Mutation = (bytes, chance) => {
  const at = chance.below(bytes.length + 1);
  const extra = Uint8Array.from({ length: 1 + chance.below(16) }, () => chance.below(256));
  return Buffer.concat([bytes.subarray(0, at), extra, bytes.subarray(at)]);
};

const edge: Mutation = (bytes, chance) => {
  if (bytes.length < 4) return bytes;
  const copy = Buffer.from(bytes);
  copy.writeUInt32BE(chance.pick(edges), chance.below(copy.length - 3));
  return copy;
};

/** Replaces what stands between two of JSON's marks. */
const jsonPart: Mutation = (bytes, chance) => {
  const text = Buffer.from(bytes).toString('latin1');
  const marks = [...text.matchAll(/[:,[{]/g)].map(({ index }) => index + 1);
  if (marks.length === 0) return bytes;
  const from = chance.pick(marks);
  const length = /[,\]}]/.exec(text.slice(from))?.index ?? 0;
  const mutated = text.slice(0, from) + chance.pick(jsonParts) + text.slice(from + length);
  return Buffer.from(mutated, 'latin1');
};

const mutations = [flipBit, cut, remove, insert, edge, jsonPart];

/** One to four mutations, one after the other. */
export function mutate(bytes: Uint8Array, chance: SeededChance): Uint8Array {
  let mutated = bytes;
  for (let left = 1 + chance.below(4); left > 0; left -= 1) {
    mutated = chance.pick(mutations)(mutated, chance);
  }
  return mutated;
}
