import { isAppError } from '../../errors/app-error.ts';
import type { BlobStore } from '../ports.ts';
import { keptBy, type PackOrigin, parsePackOrigin } from './names.ts';
import type { RepositoryLog } from './repository-log.ts';
import { rootsOf } from './state/roots.ts';
import type { LogState } from './state.ts';

/** 7 days: how long a condemned pack stays for readers who have not read on. */
export const sweepGraceMs = 7 * 24 * 60 * 60 * 1000;

/** The format's part of marking (rule 9). */
export interface Marker {
  /**
   * Every pack, data and meta, that these roots reach, by the state's relocation
   * table, and the packs that hold that table. MUST fail rather than leave out
   * what it could not read.
   */
  referencedPacks(roots: ReadonlySet<string>, state: LogState): Promise<ReadonlySet<string>>;
  /** Every pack that the state's relocation table names, and those that hold it. */
  relocatedPacks(state: LogState): Promise<ReadonlySet<string>>;
}

/** Names of all packs as the storage lists them. It may lag. */
export type ListPacks = () => Promise<readonly string[]>;

export interface CondemnOptions {
  readonly marker: Marker;
  readonly listPacks: ListPacks;
}

/**
 * Condemns packs that no root reaches and whose writer can no longer commit
 * them; answers their names. A long marking is not lost to entries that came
 * meanwhile: what they refer to or pin is subtracted (rule 9).
 */
export async function condemnUnreferenced(
  log: RepositoryLog,
  { marker, listPacks }: CondemnOptions,
): Promise<readonly string[]> {
  const marked = await log.refresh();
  const listed = await listPacks();
  const referenced = await marker.referencedPacks(rootsOf(marked), marked);
  const unreferenced = listed.filter((name) => !referenced.has(keptBy(name)));
  if (!unreferenced.some((name) => isAbandoned(marked, name))) return [];
  const appended = await log.append(async (state) => {
    const since = await referencedSince(marker, marked, state);
    const packs = unreferenced.filter(
      (name) => isAbandoned(state, name) && !since.has(keptBy(name)),
    );
    return packs.length === 0 ? undefined : { type: 'condemn', packs, computedTo: state.head };
  });
  return appended?.body.type === 'condemn' ? appended.body.packs : [];
}

/** What entries after `marked` refer to: by new points, pins, or relocated segments. */
async function referencedSince(
  marker: Marker,
  marked: LogState,
  state: LogState,
): Promise<ReadonlySet<string>> {
  if (state.head === marked.head) return new Set();
  const before = rootsOf(marked);
  const added = new Set([...rootsOf(state)].filter((root) => !before.has(root)));
  const isMoved = state.relocation?.n !== marked.relocation?.n;
  const relocated = isMoved ? await marker.relocatedPacks(state) : [];
  const packs = added.size === 0 ? [] : await marker.referencedPacks(added, state);
  return new Set([...packs, ...relocated]);
}

/** Not condemned yet, and its session has ended or its attempt is superseded. */
export function isAbandoned(state: LogState, name: string): boolean {
  if (state.condemned.has(name)) return false;
  const origin = parsePackOrigin(name);
  return origin !== undefined && isWriterGone(state, origin);
}

/** Its session has ended, or has a later attempt. */
export function isWriterGone(state: LogState, origin: PackOrigin): boolean {
  const session = state.sessions.get(origin.sessionId);
  if (session === undefined) return false;
  return session.phase !== 'open' || session.attempt > origin.attempt;
}

export interface SweepOptions {
  readonly store: BlobStore;
  readonly listPacks: ListPacks;
  /** Default sweepGraceMs. */
  readonly graceMs?: number;
  /** Packs that cost as much when they are deleted now as when they stay. Default: none. */
  readonly stays?: ((name: string) => boolean) | undefined;
}

export interface Swept {
  readonly deleted: readonly string[];
  /** Locked by the storage, or to stay: a later sweep tries again. */
  readonly kept: readonly string[];
}

/**
 * Rule 10: deletes condemned packs whose grace is over, as far as they are
 * listed. MUST be repeated, since a late put can bring a name back. What is
 * condemned and no longer listed is entered as swept. Fails with what a deletion
 * fails with, unless it is E_BLOB_LOCKED: what was deleted before stays deleted.
 */
export async function sweepCondemned(
  log: RepositoryLog,
  { store, listPacks, graceMs = sweepGraceMs, stays = () => false }: SweepOptions,
): Promise<Swept> {
  const state = await log.refresh();
  if (state.condemned.size === 0) return { deleted: [], kept: [] };
  const nowMs = await storageNowMs(store);
  const listed = new Set(await listPacks());
  const due = [...state.condemned]
    .filter(([, pack]) => pack.atMs + graceMs <= nowMs)
    .map(([name]) => name);
  await enterSwept(
    log,
    due.filter((name) => !listed.has(name)),
  );
  const there = due.filter((name) => listed.has(name));
  const goes = await deleteAll(
    store,
    there.filter((name) => !stays(name)),
  );
  return { ...goes, kept: [...goes.kept, ...there.filter(stays)] };
}

async function deleteAll(store: BlobStore, names: readonly string[]): Promise<Swept> {
  const deleted: string[] = [];
  const kept: string[] = [];
  for (const name of names) {
    try {
      await store.delete(name);
      deleted.push(name);
    } catch (error) {
      if (!isAppError(error, 'E_BLOB_LOCKED')) throw error;
      kept.push(name);
    }
  }
  return { deleted, kept };
}

async function enterSwept(log: RepositoryLog, gone: readonly string[]): Promise<void> {
  await log.append((state) => {
    const packs = gone.filter((name) => isSweepable(state, name));
    return packs.length === 0 ? undefined : { type: 'swept', packs };
  });
}

function isSweepable(state: LogState, name: string): boolean {
  const pack = state.condemned.get(name);
  if (pack === undefined || pack.sweptAtN !== undefined) return false;
  const origin = parsePackOrigin(name);
  return origin === undefined || state.sessions.get(origin.sessionId)?.phase !== 'open';
}

/**
 * Ends pins whose time has come, since a log in which nothing else happens would
 * never notice that it has.
 */
export async function dropExpiredPins(log: RepositoryLog, store: BlobStore): Promise<void> {
  const state = await log.refresh();
  if (state.pins.size === 0) return;
  const nowMs = await storageNowMs(store);
  for (const { pinId } of state.pins.values()) {
    await log.append(({ pins }) => {
      const pin = pins.get(pinId);
      return pin !== undefined && pin.untilMs <= nowMs ? { type: 'unpin', pinId } : undefined;
    });
  }
}

const clockHint = 'hint/clock';

/**
 * The storage's clock: the time at which it stored a hint just now. Never later
 * than the present, whoever else writes the hint.
 */
export async function storageNowMs(store: BlobStore): Promise<number> {
  await store.put(clockHint, new Uint8Array(1));
  const info = await store.head(clockHint);
  return info?.modifiedAtMs ?? 0;
}
