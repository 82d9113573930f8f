import { isAppError } from '../../errors/app-error.ts';
import { PackMarker } from '../garbage/pack-marker.ts';
import { isWriterGone } from '../log/garbage.ts';
import { keptBy, packPrefixes, parsePackOrigin } from '../log/names.ts';
import { rootsOf } from '../log/state/roots.ts';
import type { LogState } from '../log/state.ts';
import type { OpenContext } from '../open-context.ts';
import type { BlobLocks, BlobStore } from '../ports.ts';
import { generationAt, generationStartMs, type Immutability, lockedUntilMs } from './generation.ts';
import { locksOf } from './locks-of.ts';

export interface ExtendRetention {
  readonly immutability: Immutability;
  readonly signal?: AbortSignal | undefined;
  /** Objects prolonged so far. */
  readonly onProgress?: (prolonged: number) => void;
}

export interface ExtendedRetention {
  /** Objects that were prolonged: one request each. 0 when this generation was done before. */
  readonly prolonged: number;
  /** What is needed is locked until then, by the storage's clock. */
  readonly lockedUntilMs: number;
  /** Packs that a root needs and the storage does not list: unhide may bring them back. */
  readonly missing: readonly string[];
}

const generationSetting = 'immutability.generation';
const parallel = 8;
/** A put may have been begun before its generation, and ended in it. */
const putMsMax = 24 * 60 * 60 * 1_000;
/** Small, and all of them are needed to read anything. */
const wholePrefixes = ['header/', 'keys/', 'log/'] as const;

/**
 * Prolongs the retention of what roots reach, and of log, keys and headers: once
 * a generation, by the storage's clock. What nothing needs runs out by itself.
 * Interrupted, it begins again: prolonging twice does no harm. Needs ownership.
 * E_STORAGE_NO_LOCKS.
 */
export async function extendRetention(
  context: OpenContext,
  options: ExtendRetention,
): Promise<ExtendedRetention> {
  const { store } = context.ports;
  const { immutability, signal } = options;
  const locks = locksOf(store);
  const nowMs = await locks.now(signal);
  const untilMs = lockedUntilMs(nowMs, immutability);
  const generation = generationAt(nowMs, immutability.days);
  const state = await context.log.refresh();
  const done = state.settings.get(generationSetting);
  if (typeof done === 'number' && done >= generation) {
    return { prolonged: 0, lockedUntilMs: untilMs, missing: [] };
  }
  const needed = await new PackMarker(context).referencedPacks(rootsOf(state), state);
  const missing = new Set(needed);
  const putBeforeMs = generationStartMs(nowMs, immutability.days) + putMsMax;
  const names = neededNames(store, { state, needed, missing, putBeforeMs, signal });
  const prolonged = await prolongAll(locks, names, { ...options, nowMs });
  await context.log.append(() => ({
    type: 'settings',
    settings: { [generationSetting]: generation },
  }));
  return { prolonged, lockedUntilMs: untilMs, missing: [...missing].sort() };
}

interface Needed {
  readonly state: LogState;
  readonly needed: ReadonlySet<string>;
  /** Of them those that are not listed. */
  readonly missing: Set<string>;
  readonly putBeforeMs: number;
  readonly signal: AbortSignal | undefined;
}

/** A page of a listing at a time. What was put in this generation is locked for long enough. */
async function* neededNames(
  store: BlobStore,
  { state, needed, missing, putBeforeMs, signal }: Needed,
): AsyncGenerator<string> {
  for (const prefix of packPrefixes) {
    for await (const { name, modifiedAtMs } of store.list(prefix, signal)) {
      missing.delete(name);
      const isNeeded = needed.has(keptBy(name)) || mayBeCommitted(state, name);
      if (isNeeded && modifiedAtMs < putBeforeMs) yield name;
    }
  }
  for (const prefix of wholePrefixes) {
    for await (const { name, modifiedAtMs } of store.list(prefix, signal)) {
      if (modifiedAtMs < putBeforeMs) yield name;
    }
  }
}

/** Of a session that is under way: a root may reach it tomorrow. */
function mayBeCommitted(state: LogState, name: string): boolean {
  const origin = parsePackOrigin(name);
  return origin !== undefined && !isWriterGone(state, origin);
}

/** A few at a time. @returns how many */
async function prolongAll(
  locks: BlobLocks,
  names: AsyncIterable<string>,
  options: ExtendRetention & { readonly nowMs: number },
): Promise<number> {
  const { immutability, nowMs, signal, onProgress } = options;
  const retain = (name: string) =>
    locks.retain(name, lockedUntilMs(nowMs, immutability, name), signal);
  let prolonged = 0;
  let batch: string[] = [];
  const prolongBatch = async () => {
    signal?.throwIfAborted();
    const results = await Promise.all(batch.map((name) => prolong(() => retain(name))));
    prolonged += results.filter((isThere) => isThere).length;
    batch = [];
    onProgress?.(prolonged);
  };
  for await (const name of names) {
    batch.push(name);
    if (batch.length === parallel) await prolongBatch();
  }
  if (batch.length > 0) await prolongBatch();
  return prolonged;
}

/** False when it was deleted meanwhile. */
async function prolong(retain: () => Promise<void>): Promise<boolean> {
  try {
    await retain();
    return true;
  } catch (error) {
    if (isAppError(error, 'E_BLOB_NOT_FOUND')) return false;
    throw error;
  }
}
