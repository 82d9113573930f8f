import { undefinedWhenDamaged } from '../damaged.ts';
import { isTail, keptBy, parsePackOrigin } from '../log/names.ts';
import type { OpenContext } from '../open-context.ts';
import { type FooterSegment, footerSegments } from '../pack/footer-segments.ts';
import { readManifest } from '../pack/manifests.ts';
import type { PackFooter, PackSegment } from '../pack/pack-layout.ts';
import { readFooter } from '../pack/read-footer.ts';

/** A pack that an earlier attempt of the session has stored. */
export interface AdoptedPack {
  readonly pack: string;
  readonly packLength: number;
  /** Of one object. */
  readonly segments: readonly FooterSegment[];
}

/** Whose packs: those of earlier attempts of this one. */
export interface AdoptingAttempt {
  readonly sessionId: string;
  readonly attempt: number;
}

interface StoredPack {
  readonly pack: string;
  /** Of the blob. */
  readonly length: number;
}

/** Footers that are held: an object lies in neighbours. */
const footersMax = 4;

/**
 * Packs that earlier attempts of a session have stored and nobody has committed
 * (rule 4 of the log): what lies in them need not be stored again. Whether one was
 * condemned meanwhile is for the commit to see (rule 8).
 */
export class AdoptedPacks {
  readonly #context: OpenContext;
  readonly #byObject = new Map<string, StoredPack[]>();
  readonly #keyIds = new Map<string, string>();
  readonly #footers = new Map<string, PackFooter>();

  private constructor(context: OpenContext) {
    this.#context = context;
  }

  /** Lists what there is: once an attempt that is not the first. */
  static async open(context: OpenContext, attempt: AdoptingAttempt): Promise<AdoptedPacks> {
    const adopted = new AdoptedPacks(context);
    if (attempt.attempt === 1) return adopted;
    for await (const pack of adopted.#stored(attempt)) {
      const footer = await adopted.#footer(pack).catch(undefinedWhenDamaged);
      for (const segment of footer?.segments ?? []) adopted.#note(segment, pack);
    }
    return adopted;
  }

  /** Under which key the object's contents lie in them; undefined: it has none. */
  keyIdOf(objectId: string): string | undefined {
    return this.#keyIds.get(objectId);
  }

  async of(objectId: string): Promise<readonly AdoptedPack[]> {
    const adopted: AdoptedPack[] = [];
    for (const pack of this.#byObject.get(objectId) ?? []) {
      const footer = await this.#footer(pack);
      const segments = footerSegments(footer, (segment) => segment.objectId === objectId);
      adopted.push({ pack: pack.pack, packLength: pack.length, segments });
    }
    return adopted;
  }

  async *#stored({ sessionId, attempt }: AdoptingAttempt): AsyncGenerator<StoredPack> {
    const { ports, log } = this.#context;
    for (const prefix of ['manifests/', 'tails/']) {
      for await (const { name, size } of ports.store.list(prefix)) {
        const origin = parsePackOrigin(name);
        const isOurs = origin?.sessionId === sessionId && origin.attempt < attempt;
        const pack = keptBy(name);
        if (!isOurs || log.state.condemned.has(pack)) continue;
        const length = pack === name ? size : (await ports.store.head(pack))?.size;
        if (length !== undefined) yield { pack, length };
      }
    }
  }

  #note({ objectId, keyId }: PackSegment, pack: StoredPack): void {
    const known = this.#byObject.get(objectId) ?? [];
    this.#byObject.set(objectId, known);
    if (known.at(-1) !== pack) known.push(pack);
    this.#keyIds.set(objectId, this.#keyIds.get(objectId) ?? keyId);
  }

  async #footer(stored: StoredPack): Promise<PackFooter> {
    const { pack } = stored;
    const known = this.#footers.get(pack);
    if (known !== undefined) return known;
    const footer = await this.#read(stored);
    this.#footers.set(pack, footer);
    const [oldest] = this.#footers.keys();
    if (this.#footers.size > footersMax && oldest !== undefined) this.#footers.delete(oldest);
    return footer;
  }

  async #read({ pack, length }: StoredPack): Promise<PackFooter> {
    const { ports, keys } = this.#context;
    const access = { ...ports, footerKey: keys.derived.footers };
    return isTail(pack) ? readFooter({ ...access, pack, length }) : readManifest(access, pack);
  }
}
