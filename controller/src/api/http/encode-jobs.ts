import type { CopyJob, Job } from '@firn/shared/rest/schemas/job';
import type { BackupWindow, Schedule, Slot } from '@firn/shared/rest/schemas/schedule';
import type * as resources from '../../domain/resources.ts';
import type * as schedules from '../../domain/schedule/schedule.ts';
import type * as slots from '../../domain/schedule/slot.ts';
import { present } from './present.ts';

/** Jobs and their schedules as the API shows them; as in encode.ts. */

export function encodeJob(row: resources.Job): Job {
  const { id, name, organizationId, repositoryId, scope, objects, createdAt } = row;
  const { users, excludeUsers, entireOrganization } = scope;
  const { lastSessionId, retention } = row;
  return {
    ...present({ id, name, organizationId, repositoryId, objects, retention }),
    ...encodeScheduled(row),
    ...present({ createdAt, lastSessionId }),
    scope: {
      entireOrganization,
      ...(users === undefined ? {} : { users: [...users] }),
      ...(excludeUsers === undefined ? {} : { excludeUsers: [...excludeUsers] }),
    },
  };
}

export function encodeCopyJob(row: resources.CopyJob): CopyJob {
  const { id, name, jobId, repositoryId, packSizeMib, repackBy, appliancesMax, seed } = row;
  const { applianceTemplateId, createdAt, lastSessionId } = row;
  const packSizeMiB = packSizeMib;
  return {
    ...present({ id, name, jobId, repositoryId, packSizeMiB, repackBy, appliancesMax, seed }),
    ...present({ applianceTemplateId }),
    ...encodeScheduled(row),
    ...present({ createdAt, lastSessionId }),
  };
}

function encodeScheduled({ schedule, enabled, nextRunAt }: resources.Scheduled) {
  return { schedule: encodeSchedule(schedule), enabled, ...present({ nextRunAt }) };
}

function encodeSchedule(schedule: schedules.Schedule): Schedule {
  const { kind, timeZone, retry, window } = schedule;
  return {
    kind,
    ...(schedule.kind === 'daily' ? { days: [...schedule.days], time: schedule.time } : {}),
    ...(schedule.kind === 'periodically' ? { everyMinutes: schedule.everyMinutes } : {}),
    timeZone,
    ...(retry === undefined ? {} : { retry }),
    ...(window === undefined ? {} : { window: encodeWindow(window) }),
  };
}

function encodeWindow({ openHours, terminate }: schedules.BackupWindow): BackupWindow {
  const entries = Object.entries(openHours).map(([day, hours]) => [day, [...hours]]);
  return { openHours: Object.fromEntries(entries), terminate };
}

export function encodeSlot(row: slots.Slot): Slot {
  const { slot, at, outcome, reason, sessionId, missed, decidedAt } = row;
  return present({ slot, at, outcome, reason, sessionId, missed, decidedAt });
}
