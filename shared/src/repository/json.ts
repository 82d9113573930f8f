import { fromUtf8, utf8 } from './bytes.ts';
import { damaged } from './damaged.ts';

export function encodeJson(value: unknown): Uint8Array {
  return utf8(JSON.stringify(value));
}

/**
 * For bytes that were authenticated: their shape is what a writer of this
 * format gave them. E_REPOSITORY_DAMAGED when they are not JSON.
 */
export function decodeJson<T>(bytes: Uint8Array): T {
  try {
    return JSON.parse(fromUtf8(bytes)) as T;
  } catch (error) {
    throw damaged('stored JSON cannot be parsed', {}, error);
  }
}
