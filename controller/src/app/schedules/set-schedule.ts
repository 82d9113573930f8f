import type { Scheduled } from '../../domain/resources.ts';
import {
  type AskedSchedule,
  checkSchedule,
  type ScheduleRules,
} from '../../domain/schedule/check-schedule.ts';
import { isRecurring, manualSchedule, type Schedule } from '../../domain/schedule/schedule.ts';
import type { Calendar } from '../../ports/calendar.ts';
import type { Records } from '../../ports/records.ts';
import type { ScheduleSetting } from '../../ports/schedule-records.ts';
import { nextSlot } from './next-slot.ts';

/** What a user may say of when a job runs. */
export interface SchedulingInput {
  readonly schedule?: AskedSchedule;
  readonly enabled?: boolean;
}

/** E_REQUEST_INVALID */
export function checkAsked(
  calendar: Calendar,
  asked: AskedSchedule | undefined,
  of: ScheduleRules['of'],
): Schedule {
  if (asked === undefined) return manualSchedule;
  return checkSchedule(asked, { of, knowsTimeZone: (name) => calendar.knowsTimeZone(name) });
}

/** As the schedule is kept, with its next instant from now on. */
export async function settingOf(
  { schedules }: Pick<Records, 'schedules'>,
  calendar: Calendar,
  { schedule, enabled }: Pick<ScheduleSetting, 'schedule' | 'enabled'>,
): Promise<ScheduleSetting> {
  const nextAtMs =
    enabled && isRecurring(schedule) ? nextSlot(calendar, schedule, await schedules.now()) : null;
  return { schedule, enabled, nextAtMs };
}

/** Changes what is given; nothing else is looked at anew. @returns as it is now */
export async function changeSchedule(
  { records, calendar }: { readonly records: Records; readonly calendar: Calendar },
  before: Scheduled & { readonly id: string },
  change: { readonly schedule: Schedule | undefined; readonly enabled: boolean | undefined },
): Promise<ScheduleSetting> {
  const { schedule = before.schedule, enabled = before.enabled } = change;
  const setting = await settingOf(records, calendar, { schedule, enabled });
  const isChanged = change.schedule !== undefined || enabled !== before.enabled;
  if (isChanged) await records.schedules.change(before.id, setting);
  return setting;
}

/** Of a job that is deleted: its history stays. */
export function endedSetting({ schedule }: Scheduled): ScheduleSetting {
  return { schedule, enabled: false, nextAtMs: null };
}
