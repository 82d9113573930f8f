import { AzureError } from '../domain/azure-error.ts';

export type AdminBody = Readonly<Record<string, unknown>>;

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

/** A number above 0, `fallback` when absent. */
export function readPositive(body: AdminBody, name: string, fallback: number): number {
  const value = body[name] ?? fallback;
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  throw badAdminRequest(`'${name}' must be a number above 0`);
}

export function readText(body: AdminBody, name: string): string {
  const value = body[name];
  if (typeof value === 'string' && value !== '') return value;
  throw badAdminRequest(`'${name}' must be a non-empty string`);
}

export function readFlag(body: AdminBody, name: string): boolean {
  const value = body[name];
  if (typeof value === 'boolean') return value;
  throw badAdminRequest(`'${name}' must be true or false`);
}

export function badAdminRequest(message: string): AzureError {
  return new AzureError('InvalidInput', message);
}
