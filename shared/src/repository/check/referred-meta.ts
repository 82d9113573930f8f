import { isDamage } from '../damaged.ts';
import { decodeRoot, readRecord, runsOf } from '../object/object-record.ts';
import type { OpenContext } from '../open-context.ts';
import { decodeRelocationRoot } from '../relocation/relocations.ts';
import { ownedObjects } from './root-owners.ts';

/**
 * Offsets of what points, pins and the relocation table refer to in a meta pack.
 * Reads the records of all objects: asked only of a pack that is damaged.
 */
export async function referredInMeta(
  context: OpenContext,
  pack: string,
): Promise<ReadonlySet<number>> {
  const offsets = new Set<number>();
  const add = (ref: { readonly pack: string; readonly offset: number }) => {
    if (ref.pack === pack) offsets.add(ref.offset);
  };
  for (const { roots } of ownedObjects(context.log.state)) {
    for (const { root } of roots) {
      add(decodeRoot(root).ref);
      await addRefs(context, root, add);
    }
  }
  await addRelocations(context, add);
  return offsets;
}

type Add = (ref: { readonly pack: string; readonly offset: number }) => void;

async function addRefs(context: OpenContext, root: string, add: Add): Promise<void> {
  try {
    const { ports, keys, meta } = context;
    const record = await readRecord({ compute: ports.compute, keys, meta }, root);
    if (record.base !== undefined) add(decodeRoot(record.base).ref);
    if (!('inline' in record.state)) add(record.state);
    for (const run of runsOf(record)) add(run);
  } catch (error) {
    // The state itself is damaged, and reported as such.
    if (!isDamage(error)) throw error;
  }
}

async function addRelocations({ relocations, log }: OpenContext, add: Add): Promise<void> {
  const { relocation } = log.state;
  if (relocation === undefined) return;
  try {
    add(decodeRelocationRoot(relocation.root));
    for (const run of (await relocations.tableOf(log.state)).levels.flat()) add(run);
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
}
