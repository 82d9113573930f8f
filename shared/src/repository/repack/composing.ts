import { type AppError, isAppError } from '../../errors/app-error.ts';
import { toHex } from '../bytes.ts';
import { undefinedWhenDamaged } from '../damaged.ts';
import { type RepositoryHeader, verifyHeader } from '../header/header-layout.ts';
import { readHeader } from '../header/header-store.ts';
import type { ObjectKey } from '../keys/key-ring.ts';
import type { OpenContext } from '../open-context.ts';
import { type FooterSegment, footerSegments } from '../pack/footer-segments.ts';
import { readFooter } from '../pack/read-footer.ts';
import type { BlobComposer } from '../ports.ts';
import { openSegmentKey, wrapSegmentKey } from '../segment/wrapped-key.ts';
import { type ComposableRun, composableRuns } from './composable-runs.ts';
import type { RunOfObject } from './composed-pack.ts';
import type { ObjectCopy } from './object-copy.ts';
import { SegmentNeeds } from './segment-needs.ts';

export interface ComposingOptions {
  readonly source: OpenContext;
  readonly target: OpenContext;
  /** Smaller objects are repacked. */
  readonly objectBytesMin: number;
  /** The storage does not put packs together: told once. */
  readonly onRefused: (reason: AppError) => Promise<void>;
}

/** What of first copies of large objects the storage can take over as it lies. */
export class Composing {
  readonly #options: ComposingOptions;
  #composer: Promise<BlobComposer | undefined> | undefined;

  constructor(options: ComposingOptions) {
    this.#options = options;
  }

  /** Undefined: the storages cannot, or may not. Tried with the first object that is large enough. */
  composer(): Promise<BlobComposer | undefined> {
    this.#composer ??= this.#open();
    return this.#composer;
  }

  /** In the order of the source's packs; empty: all of it is to be repacked. */
  async runsOf(copy: ObjectCopy): Promise<readonly RunOfObject[]> {
    const { state } = copy.source;
    if (!copy.isFirst || !(await state.hasStored(this.#options.objectBytesMin))) return [];
    if ((await this.composer()) === undefined) return [];
    const needs = new SegmentNeeds();
    for await (const { placed } of copy.contents()) needs.add(placed);
    const runs: RunOfObject[] = [];
    for (const run of composableRuns(needs.segments())) {
      const stored = await this.#stored(copy, run, needs);
      if (stored !== undefined) runs.push({ ...run, copy, stored });
    }
    return runs;
  }

  /** Undefined: its footer is damaged, or does not have all of them. */
  async #stored(
    copy: ObjectCopy,
    { pack, segments }: ComposableRun,
    needs: SegmentNeeds,
  ): Promise<readonly FooterSegment[] | undefined> {
    const { ports, keys } = this.#options.source;
    const length = needs.packLength(pack) || (await ports.store.head(pack))?.size;
    if (length === undefined) return undefined;
    const reading = { ...ports, footerKey: keys.derived.footers, pack, length };
    const footer = await readFooter(reading).catch(undefinedWhenDamaged);
    if (footer === undefined) return undefined;
    const wanted = new Map(segments.map(({ segment, offset }) => [segment, offset] as const));
    const found = footerSegments(footer, ({ id, offset }) => wanted.get(id) === offset);
    if (found.length !== segments.length) return undefined;
    const { key } = await copy.writer();
    return Promise.all(found.map((segment) => this.#rekeyed(copy, { segment, key, needs })));
  }

  /** The target's object can open it, and needs no key of the source. */
  async #rekeyed(
    { objectId }: ObjectCopy,
    { segment, key, needs }: { segment: FooterSegment; key: ObjectKey; needs: SegmentNeeds },
  ): Promise<FooterSegment> {
    const { ports, keys } = this.#options.source;
    const { id, kind, offset, frames } = segment.identity;
    const { keyId, segmentKey } = needs.place(id);
    const opened = await openSegmentKey(ports.compute, await keys.objectKey(keyId), {
      id,
      segmentKey,
    });
    const wrapped = await wrapSegmentKey(ports.compute, key.key, opened);
    const ours = { keyId: key.id, objectId, segmentKey: wrapped };
    return { ...segment, identity: { id, kind, offset, frames, ...ours } };
  }

  async #open(): Promise<BlobComposer | undefined> {
    const { source, target } = this.#options;
    const { place } = source.ports.store;
    const composer = place && target.ports.store.composerFrom?.(place);
    if (composer === undefined || !(await this.#keepsSecrets())) return undefined;
    return (await this.#isTried(composer)) ? composer : undefined;
  }

  /** What lay open in the source, for whoever could read its storage then, is sealed anew. */
  async #keepsSecrets(): Promise<boolean> {
    const { source, target } = this.#options;
    const [from, to] = await Promise.all([headerOf(source), headerOf(target)]);
    const wasOpen = from.current.open || from.older.some(({ open }) => open);
    return !wasOpen || to.current.open;
  }

  /** A few bytes: another account, a policy or a key of the storage may forbid it. */
  async #isTried(composer: BlobComposer): Promise<boolean> {
    const { source, target } = this.#options;
    const { store, entropy } = target.ports;
    const name = `hint/compose-${toHex(entropy.randomBytes(8))}`;
    try {
      const range = { offset: 0, length: 1 };
      for await (const { name: from } of source.ports.store.list('header/')) {
        await composer.compose(name, [{ from, range }], { storageClass: 'hot' });
        break;
      }
      await store.delete(name);
      return true;
    } catch (error) {
      if (!isAppError(error)) throw error;
      await this.#options.onRefused(error);
      return false;
    }
  }
}

async function headerOf({ ports }: OpenContext): Promise<RepositoryHeader> {
  return verifyHeader(await readHeader(ports.store), ports.compute);
}
