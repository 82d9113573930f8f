import { AppError } from '@firn/shared/errors/app-error';

/** An object of an answer whose fields are read one by one, never trusted as a whole. */
export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws AppError E_SOURCE_PROTOCOL when value is no object */
export function recordOf(value: unknown, what: string): JsonRecord {
  if (isRecord(value)) return value;
  throw new AppError('E_SOURCE_PROTOCOL', `${what} is not an object`);
}

/** The objects of an array field; anything else counts as none. */
export function recordsAt(value: JsonRecord, key: string): readonly JsonRecord[] {
  const list = value[key];
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

export function recordAt(value: JsonRecord, key: string): JsonRecord | undefined {
  const field = value[key];
  return isRecord(field) ? field : undefined;
}

export function textAt(value: JsonRecord, key: string): string | undefined {
  const field = value[key];
  return typeof field === 'string' ? field : undefined;
}

export function numberAt(value: JsonRecord, key: string): number | undefined {
  const field = value[key];
  return typeof field === 'number' ? field : undefined;
}

/** @throws AppError E_SOURCE_PROTOCOL when the field is no text, or empty */
export function requiredTextAt(value: JsonRecord, key: string, what: string): string {
  const text = textAt(value, key);
  if (text !== undefined && text !== '') return text;
  throw new AppError('E_SOURCE_PROTOCOL', `${what} has no ${key}`);
}

/** undefined: it is not JSON, as errors of proxies and front ends often are. */
export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws AppError E_SOURCE_PROTOCOL when it is not JSON */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('E_SOURCE_PROTOCOL', `${what} is not JSON`, { cause });
  }
}
