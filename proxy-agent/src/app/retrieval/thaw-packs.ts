import { isAppError } from '@firn/shared/errors/app-error';
import type { RetrievalWork } from '@firn/shared/gen/firn/link/v1/work';
import type { BlobThawing } from '@firn/shared/repository/ports';
import type { PlannedPack } from '@firn/shared/repository/retrieve/plan-packs';
import type { ThawSpeed } from '@firn/shared/storage-class/storage-class';
import { forEachConcurrent } from '../for-each-concurrent.ts';
import { journalledTime } from '../journalled-time.ts';
import { Pace } from '../pace.ts';
import type { SessionContext } from '../session-context.ts';
import { PollPace } from './poll-pace.ts';
import { type RetrievedState, tellPacks } from './tell-packs.ts';

export interface ThawOptions {
  readonly context: SessionContext;
  readonly work: RetrievalWork;
  readonly thawing: BlobThawing;
  readonly packs: readonly PlannedPack[];
  readonly speed: ThawSpeed;
  /** Until then what is warm first must be readable: the slowest, and the availability after it. */
  readonly untilMs: number;
}

/** S3 takes 1,000 a second for the account and region, which is not ours alone. */
const beginsPerSecond = 500;
const beginsAtOnce = 32;
const availableUntilNote = 'available-until';

/** The packs of a retrieval, from cold to warm. */
export class ThawPacks {
  readonly #options: ThawOptions;
  readonly #pace: Pace;
  readonly #states = new Map<PlannedPack, RetrievedState>();
  /** What changed since it was last told. */
  readonly #untold = new Set<PlannedPack>();

  constructor(options: ThawOptions) {
    this.#options = options;
    this.#pace = new Pace(options.context.clock, beginsPerSecond);
  }

  /** What is on its way already is not begun again. */
  async begin(): Promise<void> {
    const { packs, context } = this.#options;
    context.progress.set({ phase: 'thawing', packsTotal: packs.length });
    for (const pack of packs) if (pack.state === 'hot') this.#set(pack, 'retrieved');
    for (const pack of packs) if (pack.state === 'thawing') this.#set(pack, 'retrieving');
    await this.#beginAll(packs.filter(({ state }) => state !== 'hot' && state !== 'thawing'));
    await this.#tell('retrieving');
  }

  /** Asks for the state of what is pending, in rounds, until nothing is. */
  async wait(): Promise<void> {
    const { clock, signal, settings } = this.#options.context;
    const pace = new PollPace(clock, settings.retrievalPollMs);
    while (this.#pending().length > 0) {
      await this.#poll();
      if (this.#untold.size > 0) await this.#tell('retrieving');
      if (this.#pending().length > 0) await pace.turn(signal);
    }
  }

  async tellEnd(): Promise<void> {
    const { context, packs, work } = this.#options;
    const { clock, key, journal } = context;
    const untilMs = await journalledTime(journal, key, {
      note: availableUntilNote,
      timeMs: clock.now() + work.availabilitySeconds * 1000,
    });
    await this.#tell('retrieved', untilMs);
    const missing = this.#in('missing').length;
    if (missing === 0) return;
    const message = `${missing} of ${packs.length} packs are missing`;
    await context.events.trouble('packs', [{ $case: 'log', value: { level: 'error', message } }]);
  }

  /** Warm ones as well: their copies last as long as somebody else wanted them. */
  async #beginAll(packs: readonly PlannedPack[]): Promise<void> {
    const { signal } = this.#options.context;
    await forEachConcurrent(packs, beginsAtOnce, async (pack) => {
      await this.#pace.turn(signal);
      await this.#begin(pack);
    });
  }

  async #begin(pack: PlannedPack): Promise<void> {
    const { context, thawing, work, speed, untilMs } = this.#options;
    const { signal, clock } = context;
    const { retrievalId } = work;
    const { warmCopy } = pack;
    signal.throwIfAborted();
    const readableMs = Math.max(0, untilMs - clock.now());
    try {
      const request = { retrievalId, speed, readableMs, warmCopy, signal };
      const { state } = await thawing.begin(pack.pack, request);
      this.#set(pack, state === 'warm' ? 'retrieved' : 'retrieving');
    } catch (error) {
      if (!isAppError(error, 'E_BLOB_NOT_FOUND')) throw error;
      this.#set(pack, 'missing');
      const message = `pack ${pack.pack} is missing: what lies in it cannot be restored`;
      await context.events.log('error', message);
    }
  }

  /** What has become cold again is begun again, and what others wanted for less long is prolonged. */
  async #poll(): Promise<void> {
    const { context, thawing, work, untilMs } = this.#options;
    const toBegin = new Map(this.#pending().map((each) => [each.pack, each]));
    const asked = thawing.states(work.retrievalId, new Set(toBegin.keys()), context.signal);
    for await (const [name, state] of asked) {
      const pack = toBegin.get(name);
      const isShort = state.state === 'warm' && (state.untilMs ?? untilMs) < untilMs;
      if (!isShort) toBegin.delete(name);
      if (pack !== undefined && state.state === 'warm') this.#set(pack, 'retrieved');
    }
    await this.#beginAll([...toBegin.values()]);
  }

  #pending(): PlannedPack[] {
    return this.#in('retrieving');
  }

  #in(state: RetrievedState): PlannedPack[] {
    return [...this.#states].flatMap(([pack, its]) => (its === state ? [pack] : []));
  }

  #set(pack: PlannedPack, state: RetrievedState): void {
    if (this.#states.get(pack) === state) return;
    this.#states.set(pack, state);
    this.#untold.add(pack);
  }

  async #tell(state: 'retrieving' | 'retrieved', untilMs?: number): Promise<void> {
    const { context, work, packs } = this.#options;
    const { retrievalId } = work;
    const changed = [...this.#untold].map((of) => ({
      of,
      state: this.#states.get(of) ?? 'retrieving',
    }));
    this.#untold.clear();
    await tellPacks(context.events, retrievalId, changed);
    const packsReady = this.#in('retrieved').length;
    const bytes = packs.reduce((sum, { packBytes }) => sum + packBytes, 0);
    context.progress.set({ packs: packsReady, bytes });
    const availableUntil = untilMs === undefined ? undefined : new Date(untilMs);
    const counts = { packsTotal: packs.length, packsReady, bytes: BigInt(bytes) };
    const value = { retrievalId, state, ...counts, availableUntil };
    await context.events.emit({ $case: 'retrieval', value });
  }
}
