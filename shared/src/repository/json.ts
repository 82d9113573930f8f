import { fromUtf8, utf8 } from './bytes.ts';
import { damaged, decoding } from './damaged.ts';
import type { Shape } from './shape.ts';

export function encodeJson(value: unknown): Uint8Array {
  return utf8(JSON.stringify(value));
}

/** E_REPOSITORY_DAMAGED when the bytes are not JSON of this shape. */
export function decodeJson<T>(bytes: Uint8Array, shape: Shape<T>): T {
  return parseJson(
    decoding('stored JSON', () => fromUtf8(bytes)),
    shape,
  );
}

/** As decodeJson, of a text. */
export function parseJson<T>(text: string, shape: Shape<T>): T {
  const value: unknown = decoding('stored JSON', () => JSON.parse(text));
  if (shape(value)) return value;
  throw damaged('stored JSON has another shape than it must have');
}
