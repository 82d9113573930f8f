import type { Session } from '../../domain/session.ts';
import { wantedAppliances } from '../../domain/wanted-appliances.ts';
import { reasonToCool, serves } from '../../domain/warm-appliance.ts';
import type { Appliance } from '../../domain/worker.ts';
import type { AppContext } from '../context.ts';
import { logSession } from '../sessions/change-session.ts';
import { announceAppliance } from './appliance-link.ts';
import { placeOf } from './appliance-place.ts';
import { endAppliance } from './end-appliances.ts';
import { sendIntent } from './send-intent.ts';
import { startAppliance } from './start-appliance.ts';

/** Clouds count calls: what waits for one is not asked after more often. */
const askEveryMs = 10_000;

/**
 * Brings the appliances in line with the sessions, again and again: sends intents
 * that were not answered, ends what is over, overdue or silent until nothing of it
 * is left, and starts as many for each running copy as it is worth, one a round.
 */
export class ApplianceTender {
  readonly #context: AppContext;
  readonly #downSinceMs = new Map<string, number>();
  readonly #askedAtMs = new Map<string, number>();
  /** What each session was told that it waits for. */
  readonly #told = new Map<string, string>();

  constructor(context: AppContext) {
    this.#context = context;
  }

  async tend(): Promise<void> {
    const { database, settings } = this.#context;
    // One that did its work needs no successor, unless the owner, restarted, waits for one.
    const served = new Set(await database.appliances.servedWithin(settings.graceMs));
    const live = await database.appliances.live();
    for (const appliance of live) await this.#guarded(appliance, () => this.#tendOne(appliance));
    for (const { session, wanted } of await this.#running()) {
      const own = live.filter((each) => serves(each, session.id));
      if (!served.has(session.id) && own.length < wanted) await this.#start(session, wanted);
    }
  }

  /** One place that does not answer must not stop the care for the others. */
  async #guarded({ workerId, sessionId }: Appliance, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#context.logger.error('appliance.not_tended', { workerId, sessionId, error });
    }
  }

  /**
   * The session is read first, and the appliance anew: one whose session is over has got
   * its last task by then, if it ever did, and may be kept.
   */
  async #tendOne({ workerId, sessionId }: Appliance): Promise<void> {
    const { appliances, sessions } = this.#context.database;
    const session = await sessions.get(sessionId);
    const appliance = await appliances.get(workerId);
    if (appliance === undefined || appliance.sessionId !== sessionId) return;
    const reason = this.#reasonToEnd(appliance, session);
    if (reason !== undefined) await this.#end(appliance, reason);
    else if (appliance.state === 'intended' && this.#mayAsk(appliance)) {
      await sendIntent(this.#context, workerId);
    }
  }

  #reasonToEnd(appliance: Appliance, session: Session | undefined): string | undefined {
    if (appliance.isEnding) return 'it is being ended';
    const over = reasonOfWork(appliance, session);
    if (over !== undefined) return over;
    if (appliance.overdue) return 'its time is over';
    if (!appliance.saidHello) return this.#isStillborn(appliance) ? 'it never dialled' : undefined;
    return this.#isSilent(appliance.workerId) ? 'it fell silent' : undefined;
  }

  #isStillborn(appliance: Appliance): boolean {
    const { launcher } = placeOf(this.#context, appliance);
    const { graceMs } = this.#context.settings;
    return appliance.startedAgoMs > launcher.bootMsMax + launcher.lagMs + graceMs;
  }

  #isSilent(workerId: string): boolean {
    const { links, clock, settings } = this.#context;
    if (links.isUp(workerId)) {
      this.#downSinceMs.delete(workerId);
      return false;
    }
    const sinceMs = this.#downSinceMs.get(workerId) ?? clock.now();
    this.#downSinceMs.set(workerId, sinceMs);
    return clock.now() - sinceMs > settings.graceMs;
  }

  async #end(appliance: Appliance, reason: string): Promise<void> {
    const { workerId, isEnding } = appliance;
    this.#downSinceMs.delete(workerId);
    if (isEnding && !this.#mayAsk(appliance)) return;
    if (!isEnding) await announceAppliance(this.#context, workerId, true);
    await endAppliance(this.#context, workerId, { reason });
  }

  /** Whether its cloud may be asked once more; it is asked now. */
  #mayAsk(appliance: Appliance): boolean {
    const { clock } = this.#context;
    const { workerId } = appliance;
    const everyMs = placeOf(this.#context, appliance).launcher.lagMs === 0 ? 0 : askEveryMs;
    const askedAtMs = this.#askedAtMs.get(workerId) ?? Number.NEGATIVE_INFINITY;
    if (clock.now() - askedAtMs < everyMs) return false;
    this.#askedAtMs.set(workerId, clock.now());
    return true;
  }

  /** Copies by appliance, and how many appliances each is worth. */
  async #running(): Promise<{ session: Session; wanted: number }[]> {
    const { database, feed } = this.#context;
    const page = { cursor: undefined, limit: 1_000 };
    const { items } = await database.sessions.list({ kind: 'copy', state: 'running' }, page);
    const running: { session: Session; wanted: number }[] = [];
    for (const session of items) {
      const copyJob = await database.copyJobs.find(session.copyJobId ?? '');
      if (copyJob?.repackBy !== 'appliance') continue;
      const progress = feed.progressOf(session.id);
      const packsLeft = progress && progress.packsTotal - progress.packs;
      running.push({ session, wanted: wantedAppliances(copyJob.appliancesMax, packsLeft) });
    }
    return running;
  }

  async #start(session: Session, wanted: number): Promise<void> {
    const waitsFor = await startAppliance(this.#context, session, wanted);
    if (waitsFor === undefined) {
      this.#told.delete(session.id);
    } else if (this.#told.get(session.id) !== waitsFor) {
      this.#told.set(session.id, waitsFor);
      const message = `no archiver appliance is started yet: ${waitsFor}`;
      await logSession(this.#context, session.id, 'warning', message);
    }
  }
}

/** One that got its last task and is kept outlives its session, for a while. */
function reasonOfWork(appliance: Appliance, session: Session | undefined): string | undefined {
  if (appliance.warmLeftMs !== null) return reasonToCool(appliance);
  if (session?.attempt !== appliance.attempt) return 'its attempt is over';
  const isOver = session.state !== 'running' && session.state !== 'lost';
  return isOver ? 'its session is over' : undefined;
}
