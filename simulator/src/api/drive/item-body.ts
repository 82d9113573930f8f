import type { ConflictBehavior } from '../../domain/drive/create-item.ts';
import type { FileTimes } from '../../domain/drive/drive-item.ts';
import type { GraphCall } from '../core/graph-call.ts';
import { invalidRequest } from './drive-refusals.ts';

export type Json = Readonly<Record<string, unknown>>;

export const CONFLICT_OPTION = '@microsoft.graph.conflictBehavior';

/** `fail`, `replace` or `rename`; anything else is refused. */
export function readConflict(value: unknown): ConflictBehavior | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === 'fail' || value === 'replace' || value === 'rename') return value;
  throw invalidRequest(`The conflict behavior '${String(value)}' is not supported.`);
}

/** The dates of a `fileSystemInfo`, as far as it names them. */
export function readFileTimes(value: unknown): Partial<FileTimes> | undefined {
  if (value === undefined || value === null) return undefined;
  const info = asObject(value, 'fileSystemInfo');
  const createdAtMs = readDate(info, 'createdDateTime');
  const modifiedAtMs = readDate(info, 'lastModifiedDateTime');
  return {
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    ...(modifiedAtMs === undefined ? {} : { modifiedAtMs }),
  };
}

/** Dates of a new file: what the client did not name is now. */
export function timesOrNow(
  times: Partial<FileTimes> | undefined,
  nowMs: number,
): FileTimes | undefined {
  return times && { createdAtMs: nowMs, modifiedAtMs: nowMs, ...times };
}

export function readText(body: Json, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalidRequest(`The property '${name}' must be a string.`);
  return value;
}

export function asObject(value: unknown, name: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidRequest(`The property '${name}' must be an object.`);
  }
  return value as Json;
}

/** The JSON body; an absent one counts as empty, where none is required. */
export async function readOptionalJson(call: GraphCall): Promise<Json> {
  return call.headers.has('content-type') ? await call.readJson() : {};
}

function readDate(info: Json, name: string): number | undefined {
  const text = readText(info, name);
  if (text === undefined) return undefined;
  const timeMs = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs)) throw invalidRequest(`The value '${text}' of ${name} is not a date.`);
  return timeMs;
}
