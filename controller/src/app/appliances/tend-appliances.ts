import type { Session } from '../../domain/session.ts';
import type { Appliance } from '../../domain/worker.ts';
import type { AppContext } from '../context.ts';
import { announceAppliance } from './appliance-link.ts';
import { endAppliance } from './end-appliances.ts';
import { startAppliance } from './start-appliance.ts';

/**
 * Brings the appliances in line with the sessions, again and again: ends those
 * whose session or attempt is over, that are overdue, or that were silent for
 * longer than the grace; starts one for each running copy that has none.
 */
export class ApplianceTender {
  readonly #context: AppContext;
  readonly #downSinceMs = new Map<string, number>();

  constructor(context: AppContext) {
    this.#context = context;
  }

  async tend(): Promise<void> {
    const { database, settings } = this.#context;
    // One that did its work needs no successor, unless the owner, restarted, waits for one.
    const served = new Set(await database.appliances.servedWithin(settings.graceMs));
    for (const appliance of await database.appliances.live()) {
      const session = await database.sessions.get(appliance.sessionId);
      if (this.#isOver(appliance, session)) await this.#end(appliance);
      else served.add(appliance.sessionId);
    }
    for (const session of await runningCopiesByAppliance(this.#context)) {
      if (!served.has(session.id)) await startAppliance(this.#context, session);
    }
  }

  #isOver(appliance: Appliance, session: Session | undefined): boolean {
    const isWanted =
      session !== undefined &&
      session.attempt === appliance.attempt &&
      (session.state === 'running' || session.state === 'lost');
    return !isWanted || appliance.overdue || this.#isSilent(appliance.workerId);
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

  async #end(appliance: Appliance): Promise<void> {
    this.#downSinceMs.delete(appliance.workerId);
    await announceAppliance(this.#context, appliance.workerId, true);
    await endAppliance(this.#context, appliance);
  }
}

async function runningCopiesByAppliance({ database }: AppContext): Promise<Session[]> {
  const page = { cursor: undefined, limit: 1_000 };
  const { items } = await database.sessions.list({ kind: 'copy', state: 'running' }, page);
  const wanted: Session[] = [];
  for (const session of items) {
    const copyJob = await database.copyJobs.find(session.copyJobId ?? '');
    if (copyJob?.repackBy === 'appliance') wanted.push(session);
  }
  return wanted;
}
