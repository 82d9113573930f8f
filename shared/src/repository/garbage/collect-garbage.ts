import { readPlan } from '../erase/erasure-plan.ts';
import { condemnUnreferenced, sweepCondemned } from '../log/garbage.ts';
import { packPrefixes } from '../log/names.ts';
import type { OpenContext } from '../open-context.ts';
import { PackMarker } from './pack-marker.ts';
import { destroyStrayKeys } from './stray-keys.ts';

export interface CollectedGarbage {
  /** Packs that no restore point needs; deleted once their grace is over. */
  readonly condemned: readonly string[];
  readonly deleted: readonly string[];
  /** Locked by the storage: a later run tries again. */
  readonly kept: readonly string[];
  /** Ids of keys that sessions made and never committed anything under. */
  readonly keysDestroyed: readonly string[];
}

export interface CollectOptions {
  /** How long a condemned pack stays; default 7 days, by the storage's clock. */
  readonly graceMs?: number;
}

/** Condemns what no root reaches, and deletes what was condemned long enough ago. */
export async function collectGarbage(
  context: OpenContext,
  options: CollectOptions = {},
): Promise<CollectedGarbage> {
  const { log, ports } = context;
  const { store } = ports;
  const listPacks = () => listNames(context);
  const marker = new PackMarker(context);
  const condemned = await condemnUnreferenced(log, { marker, listPacks });
  const { deleted, kept } = await sweepCondemned(log, { store, listPacks, ...options });
  return { condemned, deleted, kept, keysDestroyed: await destroyUnneededKeys(context, marker) };
}

/** By what the marker has marked. @returns ids of those that are gone */
export async function destroyUnneededKeys(
  context: OpenContext,
  { keys: marked }: PackMarker,
): Promise<readonly string[]> {
  if (marked === undefined) return [];
  const { ports, keys } = context;
  const keysOfErasure = async (id: string) => (await readPlan(context, id)).keyIds;
  return destroyStrayKeys({ ports, keys, keysOfErasure }, marked);
}

async function listNames({ ports }: OpenContext): Promise<string[]> {
  const names: string[] = [];
  for (const prefix of packPrefixes) {
    for await (const { name } of ports.store.list(prefix)) names.push(name);
  }
  return names;
}
