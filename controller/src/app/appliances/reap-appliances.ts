import type { ApplianceSettings } from '../../domain/appliance-settings.ts';
import type { ApplianceLauncher } from '../../ports/appliance-launcher.ts';
import type { AppContext } from '../context.ts';
import { announceAppliance } from './appliance-link.ts';
import { applianceSettings, installationIdOf } from './appliance-place.ts';
import { endAppliance } from './end-appliances.ts';

const everyMs = 60_000;
/** Lists lag: what does not fit is marked, and looked at again after this. */
const graceMs = 5 * 60_000;
/** Places are looked at for so long after the last appliance there ended. */
const placeMs = 30 * 24 * 60 * 60 * 1000;

/**
 * Compares clouds and rows in both directions, by the values of the tags: ends
 * machines that no row wants, and rows whose machine is not there. What does not fit
 * is marked first, and must still not fit when the grace is over.
 */
export class ApplianceReaper {
  readonly #context: AppContext;
  readonly #markedAtMs = new Map<string, number>();
  #reapedAtMs = Number.NEGATIVE_INFINITY;

  constructor(context: AppContext) {
    this.#context = context;
  }

  async reap(): Promise<void> {
    const { clock, database, logger, launchers } = this.#context;
    if (clock.now() - this.#reapedAtMs < everyMs) return;
    this.#reapedAtMs = clock.now();
    const unfit = new Set<string>();
    let isComplete = true;
    for (const settings of await this.#places(await database.appliances.places(placeMs))) {
      try {
        for (const mark of await this.#compare(settings, launchers.open(settings))) unfit.add(mark);
      } catch (error) {
        // One cloud that does not answer keeps no machine of another alive.
        logger.error('appliances.not_reaped', { launcher: settings.launcher, error });
        isComplete = false;
      }
    }
    if (!isComplete) return;
    for (const mark of this.#markedAtMs.keys()) {
      if (!unfit.has(mark)) this.#markedAtMs.delete(mark);
    }
  }

  async #places(known: readonly ApplianceSettings[]): Promise<Iterable<ApplianceSettings>> {
    const templates = await this.#context.database.applianceTemplates.settings();
    const all = [...known, ...templates, applianceSettings];
    const byText = new Map(all.map((each) => [JSON.stringify(each), each]));
    return byText.values();
  }

  /** @returns the marks of what does not fit here */
  async #compare(settings: ApplianceSettings, launcher: ApplianceLauncher): Promise<string[]> {
    const { database } = this.#context;
    const installationId = installationIdOf(this.#context);
    const sightings = await launcher.list(installationId);
    // Read after the list: a row is there before its machine.
    const rows = await database.appliances.live();
    // Two places may be one region: a machine is no stray while any row wants it.
    const live = new Set(rows.map(({ workerId }) => workerId));
    const seen = new Set(sightings.map(({ workerId }) => workerId));
    const strays = sightings.filter(({ workerId }) => !live.has(workerId));
    const here = rows.filter((row) => JSON.stringify(row.settings) === JSON.stringify(settings));
    const vanished = here.filter(
      (row) => !seen.has(row.workerId) && row.state !== 'intended' && !row.isEnding,
    );
    const marks: string[] = [];
    for (const { workerId, handle } of strays) {
      marks.push(`stray ${workerId}`);
      if (this.#isConfirmed(`stray ${workerId}`)) await this.#endStray(launcher, workerId, handle);
    }
    for (const { workerId } of vanished) {
      marks.push(`vanished ${workerId}`);
      if (this.#isConfirmed(`vanished ${workerId}`)) await this.#endVanished(workerId);
    }
    return marks;
  }

  #isConfirmed(mark: string): boolean {
    const nowMs = this.#context.clock.now();
    const sinceMs = this.#markedAtMs.get(mark) ?? nowMs;
    this.#markedAtMs.set(mark, sinceMs);
    return nowMs - sinceMs >= graceMs;
  }

  async #endStray(launcher: ApplianceLauncher, workerId: string, handle: string): Promise<void> {
    this.#context.logger.warn('appliance.stray_ended', { workerId, handle });
    await launcher.end({ installationId: installationIdOf(this.#context), workerId });
  }

  /** It may be up all the same: then it speaks, and no list is believed against that. */
  async #endVanished(workerId: string): Promise<void> {
    if (this.#context.links.isUp(workerId)) return;
    await announceAppliance(this.#context, workerId, true);
    await endAppliance(this.#context, workerId, { reason: 'its machine is not there any more' });
  }
}
