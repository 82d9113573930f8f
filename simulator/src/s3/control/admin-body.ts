import { S3Error } from '../domain/s3-error.ts';

type AdminBody = Readonly<Record<string, unknown>>;

/** The JSON object of an administrator's request; an empty body is an empty object. */
export async function readAdminBody(source: AsyncIterable<Uint8Array>): Promise<AdminBody> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece);
  const text = Buffer.concat(pieces).toString('utf8');
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as AdminBody;
    }
  } catch {
    // told below
  }
  throw badAdminRequest('a JSON object is expected');
}

/** A number, `fallback` when absent, undefined when null. */
export function readNumber<T extends number | undefined>(
  body: AdminBody,
  name: string,
  fallback: T,
): number | T {
  const value = body[name] ?? fallback;
  if (value === undefined || value === fallback) return fallback;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw badAdminRequest(`'${name}' must be a number of at least 0`);
}

export function readPositive(body: AdminBody, name: string, fallback: number): number {
  const value = readNumber(body, name, fallback);
  if (value > 0) return value;
  throw badAdminRequest(`'${name}' must be above 0`);
}

export function readText(body: AdminBody, name: string): string {
  const value = body[name];
  if (typeof value === 'string' && value !== '') return value;
  throw badAdminRequest(`'${name}' must be a non-empty string`);
}

export function readTexts(body: AdminBody, name: string): readonly string[] {
  const value = body[name] ?? [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw badAdminRequest(`'${name}' must be an array of strings`);
}

export function badAdminRequest(message: string): S3Error {
  return new S3Error('InvalidRequest', message);
}
