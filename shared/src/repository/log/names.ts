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

/**
 * packs: data; tails: data of a copy that waits in a hot class for the archive;
 * manifests: of packs that cannot be read as they lie; meta: catalogs, points, sync
 * states, index.
 */
export type PackKind = 'packs' | 'tails' | 'manifests' | 'meta';

/** Where data lies. */
export const dataPrefixes = ['packs/', 'tails/'] as const;
/** Where everything lies that a session writes and garbage collection deletes. */
export const packPrefixes = [...dataPrefixes, 'manifests/', 'meta/'] as const;

export interface PackNameParts extends PackOrigin {
  readonly kind: PackKind;
  /** Makes the name unique: hex. */
  readonly random: string;
}

/** `packs/<epoch>-<session>-<attempt>-<random>`, or the same under another kind. */
export function packName(parts: PackNameParts): string {
  return `${parts.kind}/${parts.epoch}-${parts.sessionId}-${parts.attempt}-${parts.random}`;
}

/** The origin in a pack's name; undefined when the name is none of ours. */
export function parsePackOrigin(name: string): PackOrigin | undefined {
  const match = /^(?:packs|tails|manifests|meta)\/(\d+)-([^/]+)-(\d+)-[0-9a-f]+$/.exec(name);
  if (match === null) return undefined;
  const [, epoch = '', sessionId = '', attempt = ''] = match;
  return { epoch: Number(epoch), sessionId, attempt: Number(attempt) };
}

/** A tail moves to the archive when it fills a pack, or is old. */
export function isTail(pack: string): boolean {
  return pack.startsWith('tails/');
}

/** Of a pack of the archive. */
export function manifestName(pack: string): string {
  return pack.replace(/^packs\//, 'manifests/');
}

/** What keeps the blob alive: a manifest goes with its pack, everything else is needed by itself. */
export function keptBy(name: string): string {
  return name.replace(/^manifests\//, 'packs/');
}
