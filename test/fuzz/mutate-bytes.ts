import type { SeededChance } from './seeded-chance.ts';

export type Mutate = (bytes: Uint8Array, chance: SeededChance) => Uint8Array;

const edges = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

const flipBit: Mutate = (bytes, chance) => {
  const copy = Uint8Array.from(bytes);
  const at = chance.below(copy.length);
  if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ (1 << chance.below(8));
  return copy;
};

const cut: Mutate = (bytes, chance) => bytes.slice(0, chance.below(bytes.length + 1));

const remove: Mutate = (bytes, chance) => {
  const from = chance.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + chance.below(16))]);
};

const insert: Mutate = (bytes, chance) => {
  const at = chance.below(bytes.length + 1);
  const extra = Uint8Array.from({ length: 1 + chance.below(16) }, () => chance.below(256));
  return Buffer.concat([bytes.subarray(0, at), extra, bytes.subarray(at)]);
};

/** A stretch of the bytes once more, at another place. */
const repeat: Mutate = (bytes, chance) => {
  const from = chance.below(bytes.length + 1);
  const stretch = bytes.subarray(from, from + 1 + chance.below(64));
  const at = chance.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), stretch, bytes.subarray(at)]);
};

const edge: Mutate = (bytes, chance) => {
  if (bytes.length < 4) return bytes;
  const copy = Buffer.from(bytes);
  copy.writeUInt32BE(chance.pick(edges), chance.below(copy.length - 3));
  return copy;
};

const mutations = [flipBit, cut, remove, insert, repeat, edge];

/** One to four mutations, one after the other, that know nothing of the format. */
export const mutateBytes: Mutate = (bytes, chance) => {
  let mutated = bytes;
  for (let left = 1 + chance.below(4); left > 0; left -= 1) {
    mutated = chance.pick(mutations)(mutated, chance);
  }
  return mutated;
};
