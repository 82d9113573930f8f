import type { Assignment } from '@firn/shared/gen/firn/link/v1/link';
import type { Slot } from '@firn/shared/rest/schemas/schedule';
import { afterAll } from 'vitest';
import { makeHost, startController, type TestController, type TestHost } from './controller.ts';
import { type DatabaseClock, useDatabaseClock } from './database-clock.ts';
import { commitPoint, type SetUp, setUp } from './set-up.ts';
import { usePostgres } from './use-controller.ts';

// Longer than what the clock of the database jumps by while a session runs.
export const patientConfig = { leaseMs: 2_000_000_000, graceMs: 2_000_000_000 };

/** What setUp makes, on a database whose clock the test sets. */
export interface Scheduled {
  readonly host: TestHost;
  readonly controller: TestController;
  readonly ready: SetUp;
  readonly clock: DatabaseClock;
  /** Sets the clock, and looks at the schedules. */
  tickAt(at: string): Promise<void>;
  /** The next assignment of a backup or copy. Retention, due as days go by, is done. */
  accept(): Promise<Assignment>;
  /** Ends the next session. @returns its id */
  endNext(status?: string): Promise<string>;
  /** As endNext, with a complete restore point. */
  backUpNext(): Promise<string>;
}

export async function useScheduled(): Promise<Scheduled> {
  const host = await makeHost(await usePostgres());
  const clock = await useDatabaseClock(host.databaseUrl);
  const controller = await startController(host, { config: patientConfig });
  const ready = await setUp(controller);
  const { link } = ready;
  afterAll(async () => {
    link.close();
    await controller.stop();
    await host.remove();
  });
  const accept = async () => {
    for (;;) {
      const assignment = await link.accept();
      if (assignment.work?.work?.$case !== 'retention') return assignment;
      await link.end(assignment);
    }
  };
  const end = async (assignment: Assignment, status: string) => {
    await link.end(assignment, { status });
    return assignment.sessionId;
  };
  return {
    ...{ host, controller, ready, clock, accept },
    tickAt: async (at) => {
      await clock.set(at);
      await controller.tick();
    },
    endNext: async (status = 'success') => end(await accept(), status),
    backUpNext: async () => {
      const assignment = await accept();
      await commitPoint(link, assignment);
      return end(assignment, 'success');
    },
  };
}

/** `missed: the reason` */
export function describeSlot({ outcome, reason }: Slot): string {
  return reason === undefined ? outcome : `${outcome}: ${reason}`;
}
