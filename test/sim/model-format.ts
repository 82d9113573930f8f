/**
 * A small model of the format: data packs hold contents, meta packs hold
 * catalogs, a root is one catalog in a meta pack. A catalog row names the segment
 * of a content; a segment lies in the pack of its name until it is relocated. The
 * relocation table is a catalog too: segment → pack.
 */
import type { LogState } from '@firn/shared/repository/log/state';

/** Names the relocation table in its meta pack. */
export const relocationId = 'relocation';

/** Content id → segment. */
export type Catalog = ReadonlyMap<string, string>;

/** The object whose key it is, and the session that made it. */
export interface KeyOwner {
  readonly objectId: string;
  readonly sessionId: string;
}

type PackContent =
  | { readonly kind: 'data'; readonly contents: ReadonlySet<string> }
  | { readonly kind: 'meta'; readonly catalogs: ReadonlyMap<string, Catalog> }
  | ({ readonly kind: 'key' } & KeyOwner);

/** Bytes and their meaning: what is stored is the identity of an array. */
export class ModelFormat {
  readonly #packs = new WeakMap<Uint8Array, PackContent>();
  /** Root → the contents that the object had when it was read. */
  readonly truth = new Map<string, ReadonlySet<string>>();
  /** Root of a relocation table → segment → pack. */
  readonly relocations = new Map<string, Catalog>();

  /** Root → ids of the keys that it needs, the one that it was written under first. */
  readonly keys = new Map<string, readonly string[]>();
  /** Id of an erasure → ids of the keys that it names. */
  readonly erasures = new Map<string, readonly string[]>();

  /** `<segment> <content>` of what damage took. */
  readonly #lost = new Set<string>();

  /** The segment holds the content no more. */
  lose(segment: string, content: string): void {
    this.#lost.add(`${segment} ${content}`);
  }

  isLost(segment: string, content: string): boolean {
    return this.#lost.has(`${segment} ${content}`);
  }

  encodeData(contents: Iterable<string>): Uint8Array {
    return this.#encode({ kind: 'data', contents: new Set(contents) });
  }

  encodeMeta(catalogs: ReadonlyMap<string, Catalog>): Uint8Array {
    return this.#encode({ kind: 'meta', catalogs });
  }

  keysOf(root: string): readonly string[] {
    return this.keys.get(root) ?? [];
  }

  encodeKey(owner: KeyOwner): Uint8Array {
    return this.#encode({ kind: 'key', ...owner });
  }

  keyOwnerOf(bytes: Uint8Array): KeyOwner | undefined {
    const pack = this.#packs.get(bytes);
    return pack?.kind === 'key' ? pack : undefined;
  }

  contentsOf(bytes: Uint8Array): ReadonlySet<string> {
    const pack = this.#packs.get(bytes);
    return pack?.kind === 'data' ? pack.contents : new Set();
  }

  catalogOf(bytes: Uint8Array, objectId: string): Catalog | undefined {
    const pack = this.#packs.get(bytes);
    return pack?.kind === 'meta' ? pack.catalogs.get(objectId) : undefined;
  }

  /** By the state's table; a table never changes, so that one reading serves all. */
  relocationOf({ relocation }: LogState): Catalog {
    return this.relocations.get(relocation?.root ?? '') ?? new Map();
  }

  #encode(pack: PackContent): Uint8Array {
    const bytes = new Uint8Array(1);
    this.#packs.set(bytes, pack);
    return bytes;
  }
}

export function makeRoot(metaName: string, objectId: string): string {
  return `${metaName}#${objectId}`;
}

export function parseRoot(root: string): { readonly metaName: string; readonly objectId: string } {
  const [metaName = '', objectId = ''] = root.split('#');
  return { metaName, objectId };
}

/** The pack in which a segment lies. */
export function packOf(relocation: Catalog, segment: string): string {
  return relocation.get(segment) ?? segment;
}

/** Every pack that a root's catalog reaches, the catalog's own included. */
export function packsOf(relocation: Catalog, root: string, catalog: Catalog): ReadonlySet<string> {
  const packs = new Set([parseRoot(root).metaName]);
  for (const segment of catalog.values()) packs.add(packOf(relocation, segment));
  return packs;
}
