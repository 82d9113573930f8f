import { type Mutate, mutateBytes } from './mutate-bytes.ts';
import type { SeededChance } from './seeded-chance.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A member of an object, or an element of a list. */
interface Place {
  readonly holder: Json[] | { [name: string]: Json };
  readonly name: string;
}

const oddValues: readonly Json[] = [
  ...[null, true, false, 0, -1, 0.5, 1e21, 2 ** 31, 2 ** 32, 2 ** 53, '', 'x', '__proto__'],
  ...['ab'.repeat(16), 'ab'.repeat(32), '\ud800', 'packs/1-s-1-ab', 'meta/1-s-1-ab:0:9:0:0'],
];

const oddNames = ['__proto__', 'constructor', 'base', 'inline', 'length', 'slots'];

/**
 * JSON that is valid still: values of other types, members that are missing, twice,
 * or of another place. Once in four times the bytes are mutated instead.
 */
export const mutateJson: Mutate = (bytes, chance) => {
  if (chance.once(4)) return mutateBytes(bytes, chance);
  const whole: Json = [JSON.parse(Buffer.from(bytes).toString('utf8')) as Json];
  for (let left = 1 + chance.below(3); left > 0; left -= 1) mutateOne(whole, chance);
  return Buffer.from(textOf(whole[0] ?? null, chance));
};

/** Bytes that begin with the length of their JSON. */
export const mutateLedJson: Mutate = (bytes, chance) => {
  if (chance.once(4)) return mutateBytes(bytes, chance);
  const end = 4 + Buffer.from(bytes).readUInt32BE(0);
  const json = mutateJson(bytes.subarray(4, end), chance);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  const rest = bytes.subarray(end);
  return Buffer.concat([length, json, chance.once(2) ? mutateBytes(rest, chance) : rest]);
};

function mutateOne(whole: Json[], chance: SeededChance): void {
  const places = [...placesOf(whole)];
  if (places.length === 0) return;
  const place = chance.pick(places);
  const change = chance.below(6);
  if (change === 0) remove(place);
  else if (change === 1) set(place, chance.pick(oddValues));
  else if (change === 2) set(place, get(chance.pick(places)));
  else if (change === 3) set(place, chance.once(2) ? [get(place)] : { value: get(place) });
  else if (change === 4) set(place, nearby(get(place), chance));
  else add(place, chance);
}

function* placesOf(value: Json): Generator<Place> {
  if (typeof value !== 'object' || value === null) return;
  for (const name of Object.keys(value)) {
    const place = { holder: value, name };
    yield place;
    yield* placesOf(get(place));
  }
}

function get({ holder, name }: Place): Json {
  return structuredClone((holder as { [name: string]: Json })[name] ?? null);
}

function set({ holder, name }: Place, value: Json): void {
  // Not by assignment: `__proto__` is to be a member like any other.
  Object.defineProperty(holder, name, {
    ...{ value, enumerable: true, configurable: true, writable: true },
  });
}

function remove({ holder, name }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(name), 1);
  else delete holder[name];
}

function add({ holder, name }: Place, chance: SeededChance): void {
  const value = get({ holder, name });
  if (Array.isArray(holder)) holder.push(value);
  else set({ holder, name: chance.pick(oddNames) }, value);
}

function nearby(value: Json, chance: SeededChance): Json {
  if (typeof value === 'number') return value + chance.below(5) - 2;
  if (typeof value !== 'string') return chance.pick(oddValues);
  const at = chance.below(value.length + 1);
  return value.slice(0, at) + chance.pick(['', '0', ':', '/', 'é', '\u0000']) + value.slice(at + 1);
}

/** Once in a while with a number that JSON has and JavaScript has not. */
function textOf(value: Json, chance: SeededChance): string {
  const text = JSON.stringify(value);
  return chance.once(16) ? text.replace(/\d+/, '1e400') : text;
}
