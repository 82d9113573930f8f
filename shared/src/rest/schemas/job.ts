import { type Static, Type } from 'typebox';
import { closed, Id, IdOrName, Name, open, pageOf, Timestamp } from './fields.ts';
import { Retention } from './retention.ts';
import { scheduled, scheduling } from './schedule.ts';

const Users = Type.Array(Type.String({ minLength: 1, maxLength: 400 }), {
  maxItems: 10_000,
  description: 'User principal names or ids',
});

/** Whom a job covers. */
export const JobScope = closed(
  {
    entireOrganization: Type.Boolean(),
    users: Type.Optional(Users),
    excludeUsers: Type.Optional(Users),
  },
  'JobScope',
);
export type JobScope = Static<typeof JobScope>;

/** What of each user a job covers. */
export const JobObjects = closed(
  { mailboxes: Type.Boolean(), oneDrives: Type.Boolean() },
  'JobObjects',
);
export type JobObjects = Static<typeof JobObjects>;

export const Job = open('Job', {
  id: Id,
  name: Name,
  organizationId: Id,
  repositoryId: Id,
  scope: JobScope,
  objects: JobObjects,
  retention: Type.Optional(Retention),
  ...scheduled,
  createdAt: Timestamp,
  lastSessionId: Type.Optional(Id),
});
export type Job = Static<typeof Job>;
export const JobPage = pageOf('JobPage', Job);

export const JobCreate = closed(
  {
    name: Name,
    organizationId: IdOrName,
    repositoryId: IdOrName,
    scope: Type.Optional(JobScope),
    objects: Type.Optional(JobObjects),
    retention: Type.Optional(Retention),
    ...scheduling,
  },
  'JobCreate',
);
export type JobCreate = Static<typeof JobCreate>;

export const JobUpdate = closed(
  {
    retention: Type.Optional(
      Type.Union([Retention, Type.Null()], { description: "null: the repository's" }),
    ),
    ...scheduling,
  },
  'JobUpdate',
);
export type JobUpdate = Static<typeof JobUpdate>;

export const CopyJobStart = closed(
  {
    seal: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'Leave nothing in hot tails: all of it goes into the class, in packs that may not be full',
      }),
    ),
  },
  'CopyJobStart',
);
export type CopyJobStart = Static<typeof CopyJobStart>;

export const JobStart = closed(
  { full: Type.Optional(Type.Boolean({ default: false, description: 'Read everything again' })) },
  'JobStart',
);
export type JobStart = Static<typeof JobStart>;

const PackSizeMiB = Type.Integer({ minimum: 1, maximum: 1_024, description: 'Default 128' });
const RepackBy = Type.Enum(['proxy', 'appliance'], { title: 'RepackBy' });

const AppliancesMax = Type.Integer({
  minimum: 1,
  maximum: 8,
  description: 'repackBy appliance: as many share one session at most; default 1',
});

const Seed = Type.Enum(['latest', 'all'], {
  title: 'Seed',
  description: 'What the first run copies: the newest restore point, or each that is there',
});

/** Copies restore points of a backup job to another repository. */
export const CopyJob = open('CopyJob', {
  id: Id,
  name: Name,
  jobId: Id,
  repositoryId: Id,
  packSizeMiB: PackSizeMiB,
  repackBy: RepackBy,
  appliancesMax: AppliancesMax,
  applianceTemplateId: Type.Optional(Id),
  seed: Seed,
  ...scheduled,
  createdAt: Timestamp,
  lastSessionId: Type.Optional(Id),
});
export type CopyJob = Static<typeof CopyJob>;
export const CopyJobPage = pageOf('CopyJobPage', CopyJob);

export const CopyJobCreate = closed(
  {
    name: Name,
    jobId: IdOrName,
    repositoryId: IdOrName,
    packSizeMiB: Type.Optional(PackSizeMiB),
    repackBy: Type.Optional(RepackBy),
    appliancesMax: Type.Optional(AppliancesMax),
    applianceTemplateId: Type.Optional(IdOrName),
    seed: Type.Optional(Seed),
    ...scheduling,
  },
  'CopyJobCreate',
);
export type CopyJobCreate = Static<typeof CopyJobCreate>;

export const CopyJobUpdate = closed(scheduling, 'CopyJobUpdate');
export type CopyJobUpdate = Static<typeof CopyJobUpdate>;

export const JobDelete = closed({
  withCopyJobs: Type.Optional(
    Type.Boolean({ description: 'Deletes its copy jobs as well; their copies stay' }),
  ),
});
