import { isAppError } from '../../errors/app-error.ts';
import { mustThaw } from '../../storage-class/storage-class.ts';
import { isDamage } from '../damaged.ts';
import { sweepGraceMs } from '../log/garbage.ts';
import { manifestName, parsePackOrigin } from '../log/names.ts';
import type { OpenContext } from '../open-context.ts';
import { readFooter } from '../pack/read-footer.ts';
import type { BlobInfo } from '../ports.ts';
import type { ErasurePlan, PlannedPack } from './erasure-plan.ts';
import type { Remainder, StillReadable } from './remainder.ts';

/** What became of a pack; undefined: it is not there any more. */
export type PackOutcome = { readonly deletedBytes: number } | Remainder | undefined;

/** Deletes a pack at once when it is condemned and holds the erased objects' data alone. */
export class PackEraser {
  readonly #context: OpenContext;
  readonly #objects: ReadonlySet<string>;

  constructor(context: OpenContext, { objects }: ErasurePlan) {
    this.#context = context;
    this.#objects = new Set(objects);
  }

  async dataPack(planned: PlannedPack): Promise<PackOutcome> {
    const readable = planned.sharedBytes > 0 ? 'shared-contents' : 'nothing';
    const bytes = planned.bytes + planned.sharedBytes;
    return this.#erase({ pack: planned.pack, bytes, readable });
  }

  /** Records in it open with the repository's keys: ids and counts, no names. */
  metaPack(pack: string): Promise<PackOutcome> {
    return this.#erase({ pack, bytes: 0, readable: 'records' });
  }

  async #erase(found: {
    readonly pack: string;
    readonly bytes: number;
    readonly readable: StillReadable;
  }): Promise<PackOutcome> {
    const { store } = this.#context.ports;
    const { pack, bytes, readable } = found;
    const info = await store.head(pack);
    if (info === undefined) return undefined;
    const { storageClass, lockedUntilMs } = info;
    const stays = { blob: pack, bytes, storageClass, readable };
    const condemned = this.#context.log.state.condemned.get(pack);
    if (condemned === undefined) return { ...stays, ...this.#needed(pack, found) };
    const goesAtMs = Math.max(condemned.atMs + sweepGraceMs, lockedUntilMs ?? 0);
    if (mustThaw(storageClass)) return { ...stays, reason: 'archive', untilMs: goesAtMs };
    if (!(await this.#isOwn(info))) return { ...stays, reason: 'grace', untilMs: goesAtMs };
    if (!(await this.#delete(pack))) return { ...stays, reason: 'locked', untilMs: lockedUntilMs };
    await this.#deleteManifest(pack);
    return { deletedBytes: info.size };
  }

  #needed(
    pack: string,
    { readable }: Pick<Remainder, 'readable'>,
  ): Pick<Remainder, 'reason' | 'untilMs'> {
    const sessionId = parsePackOrigin(pack)?.sessionId ?? '';
    const isOpen = this.#context.log.state.sessions.get(sessionId)?.phase === 'open';
    if (isOpen) return { reason: 'open-session', untilMs: undefined };
    const isShared = readable === 'shared-contents';
    return { reason: isShared ? 'shared-content' : 'other-objects', untilMs: undefined };
  }

  /** Every segment is of the erased objects; false too when that cannot be read. */
  async #isOwn({ name, size }: BlobInfo): Promise<boolean> {
    const { ports, keys } = this.#context;
    const { store, compute } = ports;
    const reading = { store, compute, footerKey: keys.derived.footers, pack: name, length: size };
    try {
      const { segments } = await readFooter(reading);
      return segments.every(({ objectId }) => this.#objects.has(objectId));
    } catch (error) {
      if (isDamage(error)) return false;
      throw error;
    }
  }

  /** What is locked goes with a later sweep. */
  async #deleteManifest(pack: string): Promise<void> {
    const manifest = manifestName(pack);
    if (manifest === pack) return;
    const info = await this.#context.ports.store.head(manifest);
    if (info !== undefined) await this.#delete(manifest);
  }

  /** False: the storage does not let it go yet. */
  async #delete(name: string): Promise<boolean> {
    try {
      await this.#context.ports.store.delete(name);
      return true;
    } catch (error) {
      if (isAppError(error, 'E_BLOB_LOCKED')) return false;
      throw error;
    }
  }
}
