import { invariant } from '../../errors/invariant.ts';
import { concatBytes, toHex } from '../bytes.ts';
import { naming } from '../damaged.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { encodeFooter, encodeTrailer, type PackSegment, packMagic } from '../pack/pack-layout.ts';
import type { RepositoryPorts } from '../ports.ts';
import { sealBox } from '../segment/box.ts';

/** A range of a meta pack. */
export interface MetaRef {
  readonly pack: string;
  readonly offset: number;
  readonly length: number;
}

/** Reads ranges of meta packs, wherever they are. */
export interface MetaReader {
  /** E_REPOSITORY_DAMAGED naming the pack when it is missing or too short. */
  read(ref: MetaRef): Promise<Uint8Array>;
}

export interface MetaPacksOptions {
  readonly ports: RepositoryPorts;
  readonly keys: KeyRing;
  readonly namePrefix: () => string;
  readonly onPut: () => void;
}

export type MetaSegment = Omit<PackSegment, 'offset'>;

const packBytes = 8 * 1024 * 1024;

interface OpenPack {
  readonly name: string;
  /** The magic, and each segment. */
  readonly parts: Uint8Array[];
  readonly segments: PackSegment[];
  length: number;
}

/** Reads what is stored. */
export class StoredMeta implements MetaReader {
  readonly #ports: RepositoryPorts;

  constructor(ports: RepositoryPorts) {
    this.#ports = ports;
  }

  read({ pack, offset, length }: MetaRef): Promise<Uint8Array> {
    return naming(pack, { blob: pack }, async () => {
      return (await this.#ports.store.get(pack, { offset, length })).bytes;
    });
  }
}

/**
 * Collects the meta segments of a session in memory, up to 8 MiB, and stores
 * them as packs; what was appended can be read back at once. One meta pack per
 * commit, unless much changed.
 */
export class MetaPacks implements MetaReader {
  readonly #options: MetaPacksOptions;
  readonly #stored: StoredMeta;
  readonly #unstored = new Map<string, OpenPack>();
  #open: OpenPack | undefined;
  #storing: Promise<void> = Promise.resolve();

  constructor(options: MetaPacksOptions) {
    this.#options = options;
    this.#stored = new StoredMeta(options.ports);
  }

  /** @param bytes the id of the segment, then its frames */
  async append(segment: MetaSegment, bytes: Uint8Array): Promise<MetaRef> {
    if (this.#open !== undefined && this.#open.length + bytes.length > packBytes) {
      await this.#store();
    }
    const pack = this.#openPack();
    const ref = { pack: pack.name, offset: pack.length, length: bytes.length };
    pack.segments.push({ ...segment, offset: pack.length });
    pack.parts.push(bytes);
    pack.length += bytes.length;
    return ref;
  }

  /** Resolves when everything appended so far is stored. */
  flush(): Promise<void> {
    return this.#store();
  }

  async read(ref: MetaRef): Promise<Uint8Array> {
    const pack = this.#unstored.get(ref.pack);
    if (pack === undefined) return this.#stored.read(ref);
    return sliceOf(pack, ref);
  }

  #openPack(): OpenPack {
    if (this.#open !== undefined) return this.#open;
    const { ports, namePrefix } = this.#options;
    const name = namePrefix() + toHex(ports.entropy.randomBytes(16));
    const pack = { name, parts: [packMagic], segments: [], length: packMagic.length };
    this.#open = pack;
    this.#unstored.set(name, pack);
    return pack;
  }

  /** One put at a time; a failed one fails all that follow, and so the commit. */
  #store(): Promise<void> {
    const pack = this.#open;
    this.#open = undefined;
    if (pack !== undefined) this.#storing = this.#storing.then(() => this.#put(pack));
    return this.#storing;
  }

  async #put(pack: OpenPack): Promise<void> {
    const { ports, keys, onPut } = this.#options;
    const plain = encodeFooter({ pack: pack.name, segments: pack.segments }, []);
    const footer = await sealBox(ports, { key: keys.derived.footers, kind: 'footer' }, plain);
    const trailer = encodeTrailer({ footerBytes: footer.length, segments: pack.segments.length });
    await ports.store.put(pack.name, concatBytes([...pack.parts, footer, trailer]), {
      ifAbsent: true,
    });
    onPut();
    this.#unstored.delete(pack.name);
  }
}

/** Every segment was appended by one call, and is read by a range within it. */
function sliceOf({ parts, segments }: OpenPack, { offset, length }: MetaRef): Uint8Array {
  let low = 0;
  let high = segments.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((segments[middle]?.offset ?? 0) <= offset) low = middle;
    else high = middle;
  }
  // Before the first segment lies the magic.
  const part = parts[low + 1];
  const start = offset - (segments[low]?.offset ?? 0);
  invariant(part !== undefined && start >= 0, `nothing was appended at ${offset}`);
  return part.subarray(start, start + length);
}
