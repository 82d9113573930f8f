import { isDamage } from '../damaged.ts';
import { rootsOf } from '../log/state/roots.ts';
import type { OpenContext } from '../open-context.ts';
import { Locator } from '../read/locate.ts';
import { openState } from './check-objects.ts';

/** What cannot be read of a pack. */
export interface BadPart {
  readonly pack: string;
  /** `<segment>/<frame>`; undefined: the whole pack. */
  readonly frames: ReadonlySet<string> | undefined;
}

const itemsMax = 1_000;

/** Items whose content lies there, by object, of all points. Reads all catalogs: for damage only. */
export async function affectedItems(
  context: OpenContext,
  part: BadPart,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const affected = new Map<string, Set<string>>();
  for (const root of rootsOf(context.log.state)) {
    try {
      await addAffected(context, part, { root, affected });
    } catch (error) {
      // The object itself is damaged, and reported as such.
      if (!isDamage(error)) throw error;
    }
  }
  return affected;
}

async function addAffected(
  context: OpenContext,
  { pack, frames }: BadPart,
  { root, affected }: { readonly root: string; readonly affected: Map<string, Set<string>> },
): Promise<void> {
  const state = await openState(context, root);
  const locator = new Locator(state);
  const { objectId } = state.record;
  for await (const { itemId, content } of state.items()) {
    for (const contentId of content) {
      const { address, place } = await locator.locate(contentId);
      const isBad =
        place.pack === pack && (frames?.has(`${address.segment}/${address.frame}`) ?? true);
      if (!isBad) continue;
      const items = affected.get(objectId) ?? new Set();
      if (items.size < itemsMax) affected.set(objectId, items.add(itemId));
    }
  }
}
