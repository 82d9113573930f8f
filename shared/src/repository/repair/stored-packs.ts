import { mustThaw } from '../../storage-class/storage-class.ts';
import { type PackCheck, readDataPack } from '../check/check-packs.ts';
import type { BadPart } from '../check/name-affected.ts';
import { dataPrefixes } from '../log/names.ts';
import { fitsSegment } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import type { BlobInfo } from '../ports.ts';
import type { PlacedContent } from '../read/placed-content.ts';

/** The data packs that exist, and what of them is known to be damaged. */
export class StoredPacks {
  readonly infos: ReadonlyMap<string, BlobInfo>;
  readonly #bad: ReadonlyMap<string, BadPart>;

  private constructor(infos: ReadonlyMap<string, BlobInfo>, bad: ReadonlyMap<string, BadPart>) {
    this.infos = infos;
    this.#bad = bad;
  }

  /** @param readData opens all packs that can be read, to find what is damaged in them */
  static async open(
    check: PackCheck,
    readData: boolean,
    signal: AbortSignal | undefined,
  ): Promise<StoredPacks> {
    const infos = await listPacks(check.context);
    const bad = new Map<string, BadPart>();
    for (const info of readData ? infos.values() : []) {
      signal?.throwIfAborted();
      const part = mustThaw(info.storageClass) ? undefined : await readDataPack(check, info);
      if (part !== undefined) bad.set(part.pack, part);
    }
    return new StoredPacks(infos, bad);
  }

  /** Packs of which not everything can be read. */
  get damaged(): Iterable<string> {
    return this.#bad.keys();
  }

  /** Whether the content can be read as far as is known. */
  isUsable({ address, place }: PlacedContent): boolean {
    if (!fitsSegment(place, this.infos.get(place.pack)?.size ?? 0)) return false;
    const bad = this.#bad.get(place.pack);
    if (bad === undefined) return true;
    return bad.frames !== undefined && !bad.frames.has(`${address.segment}/${address.frame}`);
  }
}

async function listPacks({ ports }: OpenContext): Promise<ReadonlyMap<string, BlobInfo>> {
  const infos = new Map<string, BlobInfo>();
  for (const prefix of dataPrefixes) {
    for await (const info of ports.store.list(prefix)) infos.set(info.name, info);
  }
  return infos;
}
