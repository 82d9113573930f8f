/** Names of the log's objects, and what a pack's name says about its writer. */

const digitsOfN = 12;

export const logPrefix = 'log/';
export const checkpointPrefix = 'checkpoint/';

/** @param n from 0 */
export function logName(n: number): string {
  return `${logPrefix}${String(n).padStart(digitsOfN, '0')}`;
}

export function checkpointName(n: number): string {
  return `${checkpointPrefix}${String(n).padStart(digitsOfN, '0')}`;
}

/** The n of a checkpoint's name; undefined for any other name. */
export function parseCheckpointName(name: string): number | undefined {
  const match = /^checkpoint\/(\d{12,15})$/.exec(name);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/** Under whom a pack was written. Sessions' ids are free of `/`. */
export interface PackOrigin {
  readonly epoch: number;
  readonly sessionId: string;
  readonly attempt: number;
}

export interface PackNameParts extends PackOrigin {
  /** packs: data; meta: catalogs, points, sync states, index. */
  readonly kind: 'packs' | 'meta';
  /** Makes the name unique: hex. */
  readonly random: string;
}

/** `packs/<epoch>-<session>-<attempt>-<random>`, or the same under `meta/`. */
export function packName(parts: PackNameParts): string {
  return `${parts.kind}/${parts.epoch}-${parts.sessionId}-${parts.attempt}-${parts.random}`;
}

/** The origin in a pack's name; undefined when the name is none of ours. */
export function parsePackOrigin(name: string): PackOrigin | undefined {
  const match = /^(?:packs|meta)\/(\d+)-([^/]+)-(\d+)-[0-9a-f]+$/.exec(name);
  if (match === null) return undefined;
  const [, epoch = '', sessionId = '', attempt = ''] = match;
  return { epoch: Number(epoch), sessionId, attempt: Number(attempt) };
}
