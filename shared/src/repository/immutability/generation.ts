import { invariant } from '../../errors/invariant.ts';
import { isTail } from '../log/names.ts';

/** Of a repository: what is put is locked for so many days at least. */
export interface Immutability {
  /** Who may shorten it: governance, whoever has a permission of its own; compliance, nobody. */
  readonly mode: 'governance' | 'compliance';
  readonly days: number;
}

const dayMs = 86_400_000;
const generationDaysMax = 10;

/**
 * Length of a generation, days: a third of the retention, from 1 to 10. All that
 * is put in one is locked until the same time, and what is still needed is
 * prolonged once in each: longer means fewer requests, and longer locks.
 */
export function generationDays(days: number): number {
  invariant(Number.isInteger(days) && days > 0, 'an immutability has whole days');
  return Math.min(generationDaysMax, Math.max(1, Math.floor(days / 3)));
}

/** Number of the generation of a time, from 0 at the epoch. */
export function generationAt(nowMs: number, days: number): number {
  return Math.floor(nowMs / (generationDays(days) * dayMs));
}

/** When the generation of a time begins, ms since the epoch. */
export function generationStartMs(nowMs: number, days: number): number {
  return generationAt(nowMs, days) * generationDays(days) * dayMs;
}

/** A tail is sealed after 30 days: locked for years it could not go. */
const tailDaysMax = 40;

/**
 * Until when what is put or prolonged now is locked: the days, counted from its generation's
 * end. @param name of the object; default: one that is locked for all of the days
 */
export function lockedUntilMs(nowMs: number, { days }: Immutability, name = ''): number {
  const ownDays = isTail(name) ? Math.min(days, tailDaysMax) : days;
  return generationStartMs(nowMs, days) + (generationDays(days) + ownDays) * dayMs;
}

const retained = /^(header|keys|log|packs|tails|manifests|meta)\//;

/**
 * Whether an object of a repository is locked: all but what can be made again
 * (checkpoints, hints) and what lives for days (warm copies).
 */
export function isRetained(name: string): boolean {
  return retained.test(name);
}
