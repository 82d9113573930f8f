import { isAppError } from '@firn/shared/errors/app-error';
import type { RetrievalWork } from '@firn/shared/gen/firn/link/v1/work';
import type { BlobThawing, ThawRequest } from '@firn/shared/repository/ports';
import { type NeededPack, packsNeeded } from '@firn/shared/repository/retrieve/packs-needed';
import { thawingOf } from '@firn/shared/repository/retrieve/thawing-of';
import {
  longestThawMs,
  type ThawSpeed,
  thawSpeeds,
} from '@firn/shared/storage-class/storage-class';
import { forEachConcurrent } from '../for-each-concurrent.ts';
import { packSelections } from '../selections.ts';
import type { SessionContext } from '../session-context.ts';

/** The point stays readable this long after the availability period. */
const pinMarginMs = 7 * 24 * 60 * 60 * 1000;
const untilNote = 'available-until';

/**
 * Brings what is chosen out of the archive class: thaws exactly the packs that it
 * needs, and waits until all can be read. Killed and started again it asks the
 * storage what was begun.
 */
export async function runRetrieval(context: SessionContext, work: RetrievalWork): Promise<void> {
  const { repositories, secrets, signal, clock, progress } = context;
  const repository = await repositories.owned(work.repository, secrets, signal);
  const from = { jobId: work.jobId, pointId: work.restorePointId };
  const speed = speedOf(work);
  const readableMs = longestThawMs[speed] + work.availabilitySeconds * 1000;
  const pinUntilMs = clock.now() + readableMs + pinMarginMs;
  await repository.pin(retrievalPin(work.retrievalId), from, pinUntilMs);
  const point = await repository.openPoint({ ...from, pinId: retrievalPin(work.retrievalId) });
  progress.set({ phase: 'planning' });
  const packs = await packsNeeded(point, await packSelections(point, work.objects));
  const thawing = thawingOf(repositories.store(work.repository?.storage, signal));
  const { retrievalId } = work;
  const request = { retrievalId, speed, readableMs, signal };
  const thaw = new Thaw({ context, work, thawing, packs, request });
  await thaw.begin();
  await thaw.wait();
  await thaw.told();
}

export function retrievalPin(retrievalId: string): string {
  return `retrieval-${retrievalId}`;
}

function speedOf({ speed }: RetrievalWork): ThawSpeed {
  return thawSpeeds.find((known) => known === speed) ?? 'standard';
}

interface ThawOptions {
  readonly context: SessionContext;
  readonly work: RetrievalWork;
  readonly thawing: BlobThawing;
  readonly packs: readonly NeededPack[];
  /** Until all are warm, and the availability after that. */
  readonly request: ThawRequest;
}

class Thaw {
  readonly #options: ThawOptions;
  /** Packs that cannot be read yet. */
  readonly #pending = new Set<string>();
  #bytes = 0;
  #missing = 0;

  constructor(options: ThawOptions) {
    this.#options = options;
  }

  async begin(): Promise<void> {
    const { packs, context } = this.#options;
    context.progress.set({ phase: 'thawing', packsTotal: packs.length });
    await forEachConcurrent(packs, context.settings.packConcurrency, async (each) => {
      this.#bytes += each.packBytes || each.neededBytes;
      await this.#begin(each.pack);
    });
    await this.#tell('retrieving');
  }

  /** Asks for the state of what is pending, in rounds, until nothing is. */
  async wait(): Promise<void> {
    const { clock, signal, settings } = this.#options.context;
    while (this.#pending.size > 0) {
      const before = this.#pending.size;
      await this.#poll();
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

  async #begin(pack: string): Promise<void> {
    const { context, thawing, request } = this.#options;
    context.signal.throwIfAborted();
    try {
      const { state } = await thawing.begin(pack, request);
      if (state !== 'warm') this.#pending.add(pack);
    } catch (error) {
      if (!isAppError(error, 'E_BLOB_NOT_FOUND')) throw error;
      this.#missing += 1;
      const message = `pack ${pack} is missing: what lies in it cannot be restored`;
      await context.events.log('error', message);
    }
  }

  /** What has become cold again is begun again. */
  async #poll(): Promise<void> {
    const { context, thawing, request } = this.#options;
    const cold = new Set(this.#pending);
    for await (const [pack, { state }] of thawing.states(
      request.retrievalId,
      new Set(this.#pending),
      context.signal,
    )) {
      cold.delete(pack);
      if (state === 'warm') this.#pending.delete(pack);
    }
    await forEachConcurrent([...cold], context.settings.packConcurrency, async (pack) => {
      this.#pending.delete(pack);
      await this.#begin(pack);
    });
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
