import { type Static, Type } from 'typebox';
import { closed, Id, open, pageOf, Timestamp } from './fields.ts';

export const Weekday = Type.Enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], {
  title: 'Weekday',
});
export type Weekday = Static<typeof Weekday>;

const Hours = Type.Array(Type.Integer({ minimum: 0, maximum: 23 }), { maxItems: 24 });

/** The hours of a week in which a schedule may start sessions. */
export const BackupWindow = closed(
  {
    openHours: closed(
      {
        mon: Type.Optional(Hours),
        tue: Type.Optional(Hours),
        wed: Type.Optional(Hours),
        thu: Type.Optional(Hours),
        fri: Type.Optional(Hours),
        sat: Type.Optional(Hours),
        sun: Type.Optional(Hours),
      },
      'OpenHours',
    ),
    terminate: Type.Boolean({
      description: 'Sessions that the schedule started are stopped when the window closes',
    }),
  },
  'BackupWindow',
);
export type BackupWindow = Static<typeof BackupWindow>;

export const ScheduleRetry = closed(
  {
    attempts: Type.Integer({ minimum: 1, maximum: 777 }),
    waitMinutes: Type.Integer({ minimum: 1, maximum: 999 }),
  },
  'ScheduleRetry',
);
export type ScheduleRetry = Static<typeof ScheduleRetry>;

/** When a job runs. docs/schedules.md. */
export const Schedule = closed(
  {
    kind: Type.Enum(['manual', 'daily', 'periodically', 'immediately'], {
      title: 'ScheduleKind',
      description: 'immediately: copy jobs only, each restore point in turn',
    }),
    days: Type.Optional(
      Type.Array(Weekday, { maxItems: 7, description: 'daily; default: every day' }),
    ),
    time: Type.Optional(
      Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: 'daily; HH:MM' }),
    ),
    everyMinutes: Type.Optional(
      Type.Integer({
        description: 'periodically; 5, 10, 15, 30, 60, 120, 240, 480 or 720, from midnight on',
      }),
    ),
    timeZone: Type.Optional(
      Type.String({
        maxLength: 100,
        description: 'IANA name; of time, days, periods and window. Default UTC',
      }),
    ),
    retry: Type.Optional(ScheduleRetry),
    window: Type.Optional(BackupWindow),
  },
  'Schedule',
);
export type Schedule = Static<typeof Schedule>;

/** What a job may be told of its schedule. */
export const scheduling = {
  schedule: Type.Optional(Schedule),
  enabled: Type.Optional(
    Type.Boolean({ description: 'false: runs only when somebody starts it. Default true' }),
  ),
};

/** What a job tells of its schedule. */
export const scheduled = {
  schedule: Schedule,
  enabled: Type.Boolean(),
  nextRunAt: Type.Optional(Timestamp),
};

export const SlotOutcome = Type.Enum(
  ['waiting', 'started', 'skipped-overlap', 'skipped-window', 'nothing-new', 'missed', 'refused'],
  { title: 'SlotOutcome' },
);
export type SlotOutcome = Static<typeof SlotOutcome>;

/** What became of a time, or of a restore point, for which a schedule was to start a session. */
export const Slot = open('Slot', {
  slot: Type.String({ description: 'Unique in the schedule' }),
  at: Timestamp,
  outcome: SlotOutcome,
  reason: Type.Optional(Type.String()),
  sessionId: Type.Optional(Id),
  missed: Type.Optional(
    Type.Integer({ description: 'How many were missed; of more than 1,000, at least so many' }),
  ),
  decidedAt: Type.Optional(Timestamp),
});
export type Slot = Static<typeof Slot>;
export const SlotPage = pageOf('SlotPage', Slot);
