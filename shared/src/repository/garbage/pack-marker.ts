import type { Marker } from '../log/garbage.ts';
import type { LogState } from '../log/state.ts';
import { openPlaceReaders } from '../object/object-readers.ts';
import { decodeRoot, readRecord } from '../object/object-record.ts';
import { referencedPacks } from '../object/referenced-packs.ts';
import type { OpenContext } from '../open-context.ts';

/** Which packs roots reach: reads records, lists and tables, no rows and no object keys. */
export class PackMarker implements Marker {
  readonly #context: OpenContext;

  constructor(context: OpenContext) {
    this.#context = context;
  }

  async referencedPacks(roots: ReadonlySet<string>, state: LogState): Promise<ReadonlySet<string>> {
    const packs = new Set(state.relocated.values());
    for (const root of roots) {
      for (const pack of await this.#packsOf(root)) packs.add(pack);
    }
    return packs;
  }

  async #packsOf(root: string): Promise<ReadonlySet<string>> {
    const { ports, keys, meta } = this.#context;
    const { compute } = ports;
    const record = await readRecord({ compute, keys, meta }, root);
    const { objectId } = record;
    const readers = openPlaceReaders({ compute, meta, objectId, metaKey: keys.derived.meta });
    const packs = await referencedPacks(record, readers);
    return packs.add(decodeRoot(root).ref.pack).add(record.state.pack);
  }
}
