import type { RetrievalWork } from '@firn/shared/gen/firn/link/v1/work';
import type { BlobStore } from '@firn/shared/repository/ports';
import { type NeededPack, packsNeeded } from '@firn/shared/repository/retrieve/packs-needed';
import { warmName } from '@firn/shared/repository/retrieve/warm-name';
import { mustThaw } from '@firn/shared/storage-class/storage-class';
import { forEachConcurrent } from '../for-each-concurrent.ts';
import { packSelections } from '../selections.ts';
import type { SessionContext } from '../session-context.ts';

/** The point stays readable this long after the availability period. */
const pinMarginMs = 7 * 24 * 60 * 60 * 1000;
/** Thawing takes up to 15 hours at standard priority, and a queue may stand before it. */
const thawMsMax = 30 * 60 * 60 * 1000;
const untilNote = 'available-until';

/**
 * Brings what is chosen out of the archive class: copies exactly the packs that
 * it needs to warm/, and waits until all can be read. Killed and started again
 * it finds begun copies by their names.
 */
export async function runRetrieval(context: SessionContext, work: RetrievalWork): Promise<void> {
  const { repositories, secrets, signal, clock, progress } = context;
  const repository = await repositories.owned(work.repository, secrets, signal);
  const from = { jobId: work.jobId, pointId: work.restorePointId };
  const availableMs = work.availabilitySeconds * 1000;
  const pinUntilMs = clock.now() + thawMsMax + availableMs + pinMarginMs;
  await repository.pin(retrievalPin(work.retrievalId), from, pinUntilMs);
  const point = await repository.openPoint({ ...from, pinId: retrievalPin(work.retrievalId) });
  progress.set({ phase: 'planning' });
  const packs = await packsNeeded(point, await packSelections(point, work.objects));
  const store = repositories.store(work.repository?.storage, signal);
  const thaw = new Thaw({ context, work, store, packs });
  await thaw.begin();
  await thaw.wait();
  await thaw.told();
}

export function retrievalPin(retrievalId: string): string {
  return `retrieval-${retrievalId}`;
}

interface ThawOptions {
  readonly context: SessionContext;
  readonly work: RetrievalWork;
  readonly store: BlobStore;
  readonly packs: readonly NeededPack[];
}

class Thaw {
  readonly #options: ThawOptions;
  /** Packs whose warm copies cannot be read yet. */
  readonly #pending = new Set<string>();
  #bytes = 0;
  #missing = 0;

  constructor(options: ThawOptions) {
    this.#options = options;
  }

  async begin(): Promise<void> {
    const { packs, context } = this.#options;
    context.progress.set({ phase: 'thawing', packsTotal: packs.length });
    await forEachConcurrent(packs, context.settings.packConcurrency, (each) => this.#begin(each));
    await this.#tell('retrieving');
  }

  /** Asks for the state of what is pending, in rounds, until nothing is. */
  async wait(): Promise<void> {
    const { context } = this.#options;
    const { clock, signal, settings } = context;
    while (this.#pending.size > 0) {
      const before = this.#pending.size;
      await forEachConcurrent([...this.#pending], settings.packConcurrency, (pack) =>
        this.#poll(pack),
      );
      if (this.#pending.size < before) await this.#tell('retrieving');
      if (this.#pending.size > 0) await clock.sleep(settings.retrievalPollMs, signal);
    }
  }

  async told(): Promise<void> {
    const { context, packs } = this.#options;
    await this.#tell('retrieved', await this.#availableUntil());
    if (this.#missing === 0) return;
    const message = `${this.#missing} of ${packs.length} packs are missing`;
    await context.events.trouble('packs', [{ $case: 'log', value: { level: 'error', message } }]);
  }

  async #begin({ pack, packBytes, neededBytes }: NeededPack): Promise<void> {
    const { context, store, work } = this.#options;
    const { signal, events } = context;
    signal.throwIfAborted();
    const warm = warmName(work.retrievalId, pack);
    const known = await store.head(warm, signal);
    this.#bytes += packBytes || neededBytes;
    if (known !== undefined) {
      if (known.rehydrating) this.#pending.add(pack);
      return;
    }
    const cold = await store.head(pack, signal);
    if (cold === undefined) {
      this.#missing += 1;
      await events.log('error', `pack ${pack} is missing: what lies in it cannot be restored`);
      return;
    }
    if (!mustThaw(cold.storageClass)) return;
    const priority = work.priority === 'high' ? 'high' : 'standard';
    await store.copy(pack, warm, { storageClass: 'hot', priority, signal });
    this.#pending.add(pack);
  }

  async #poll(pack: string): Promise<void> {
    const { store, work, context } = this.#options;
    const { signal } = context;
    const warm = warmName(work.retrievalId, pack);
    const info = await store.head(warm, signal);
    if (info === undefined) await this.#begin({ pack, packBytes: 0, neededBytes: 0, items: 0 });
    else if (!info.rehydrating && !mustThaw(info.storageClass)) this.#pending.delete(pack);
  }

  /** Fixed by the first process that got so far. */
  async #availableUntil(): Promise<number> {
    const { journal, key, clock } = this.#options.context;
    const known = await journal.note(key.sessionId, untilNote);
    if (known !== undefined) return Number(new TextDecoder().decode(known));
    const untilMs = clock.now() + this.#options.work.availabilitySeconds * 1000;
    const put = { [untilNote]: new TextEncoder().encode(String(untilMs)) };
    await journal.write(key, { put });
    return untilMs;
  }

  async #tell(state: 'retrieving' | 'retrieved', untilMs?: number): Promise<void> {
    const { context, work, packs } = this.#options;
    const packsReady = packs.length - this.#pending.size - this.#missing;
    context.progress.set({ packs: packsReady, bytes: this.#bytes });
    await context.events.emit({
      $case: 'retrieval',
      value: {
        retrievalId: work.retrievalId,
        state,
        packsTotal: packs.length,
        packsReady,
        bytes: BigInt(this.#bytes),
        availableUntil: untilMs === undefined ? undefined : new Date(untilMs),
      },
    });
  }
}
