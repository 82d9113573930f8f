import type { PlainCall } from '../core/graph-call.ts';
import { badRequest } from '../core/graph-error.ts';

/** The JSON object of an administrator's request; an empty body is an empty object. */
export async function readAdminBody(call: PlainCall): Promise<Readonly<Record<string, unknown>>> {
  const text = new TextDecoder().decode(await call.body.bytes());
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>;
    }
  } catch {
    // told below
  }
  throw badRequest('a JSON object is expected');
}

export function readNumber(
  body: Readonly<Record<string, unknown>>,
  name: string,
  fallback: number,
): number {
  const value = body[name] ?? fallback;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw badRequest(`'${name}' must be a number`);
}

export function readText(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  if (typeof value === 'string' && value !== '') return value;
  throw badRequest(`'${name}' must be a non-empty string`);
}

export function readTexts(
  body: Readonly<Record<string, unknown>>,
  name: string,
): readonly string[] {
  const value = body[name] ?? [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw badRequest(`'${name}' must be an array of strings`);
}
