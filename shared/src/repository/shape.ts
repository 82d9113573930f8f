/**
 * What parsed JSON must look like before anybody relies on it: whoever holds a key
 * can seal anything, and a defect of another writer can too. Members that a shape
 * does not name are let through, so that a later writer may add some.
 */
export type Shape<T = unknown> = (value: unknown) => value is T;

type Test = (value: unknown) => boolean;

export const isText: Shape<string> = (value) => typeof value === 'string';

export const isFlag: Shape<boolean> = (value) => typeof value === 'boolean';

/** A finite number: JSON has 1e400. */
export const isNumber: Shape<number> = (value): value is number => Number.isFinite(value);

/** A whole number from 0 on: an offset, a length, an ordinal. */
export const isCount: Shape<number> = (value): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** Lower case hex of so many bytes. */
export function isHexOf(bytes: number): Shape<string> {
  const pattern = new RegExp(`^[0-9a-f]{${2 * bytes}}$`);
  return (value): value is string => typeof value === 'string' && pattern.test(value);
}

export function isOneOf<T extends string | number | boolean>(...values: readonly T[]): Shape<T> {
  const known = new Set<unknown>(values);
  return (value): value is T => known.has(value);
}

export function isOptional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value): value is T | undefined => value === undefined || shape(value);
}

export function isEither<A, B>(a: Shape<A>, b: Shape<B>): Shape<A | B> {
  return (value): value is A | B => a(value) || b(value);
}

export function isListOf<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(shape);
}

/** A list of exactly these, in this order. */
export function isTupleOf(...shapes: readonly Test[]): Shape<readonly unknown[]> {
  return (value): value is readonly unknown[] =>
    Array.isArray(value) &&
    value.length === shapes.length &&
    shapes.every((shape, at) => shape(value[at]));
}

export const isObject: Shape<Readonly<Record<string, unknown>>> = (
  value,
): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object whose members are all alike, whatever they are called. */
export function isMapOf<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value): value is Readonly<Record<string, T>> =>
    isObject(value) && Object.values(value).every(shape);
}

/** An object of T. Each member of T has a test; the types of the tests are the caller's care. */
export function isRecordOf<T extends object>(members: Readonly<Record<keyof T, Test>>): Shape<T> {
  const tests = Object.entries(members) as [string, Test][];
  return (value): value is T => isObject(value) && tests.every(([name, test]) => test(value[name]));
}
