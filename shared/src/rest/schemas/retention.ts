import { type Static, Type } from 'typebox';
import { Count, closed, open, RetentionType, StorageClass, Timestamp } from './fields.ts';

/** How long backups stay. docs/retention.md. */
export const Retention = closed(
  {
    type: RetentionType,
    keepFor: Type.Optional(
      closed(
        {
          count: Type.Integer({ minimum: 1, maximum: 36_500 }),
          unit: Type.Enum(['days', 'weeks', 'months', 'years'], { title: 'PeriodUnit' }),
        },
        'Period',
      ),
    ),
    keepLast: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000,
        description: 'Newest complete restore points that stay, however old; snapshot only',
      }),
    ),
  },
  'Retention',
);
export type Retention = Static<typeof Retention>;

export const RetentionRun = closed(
  {
    dryRun: Type.Optional(
      Type.Boolean({ default: false, description: 'Say what would go, and change nothing' }),
    ),
  },
  'RetentionRun',
);
export type RetentionRun = Static<typeof RetentionRun>;

const PackTotals = open('PackTotals', {
  storageClass: StorageClass,
  packs: Count,
  bytes: Count,
  deletableAt: Type.Optional(Timestamp),
});

export const StoredBlobs = open('StoredBlobs', {
  kind: Type.Enum(['packs', 'tails', 'thawed', 'metadata'], {
    description: 'thawed: copies of retrievals. metadata: all that is no content',
  }),
  storageClass: StorageClass,
  ageDays: Type.Integer({ minimum: 0, description: 'Since they were written; 180: or more' }),
  blobs: Count,
  bytes: Count,
});
export type StoredBlobs = Static<typeof StoredBlobs>;

/** What a run of retention did; of a dry run, what one would do. */
export const RetentionResult = open('RetentionResult', {
  dryRun: Type.Boolean(),
  pointsExpired: Count,
  points: Type.Array(
    open('ExpiredPoint', {
      jobId: Type.String(),
      restorePointId: Type.String(),
      at: Timestamp,
      reason: Type.String(),
    }),
    { description: 'At most 1,000' },
  ),
  condemned: Type.Array(PackTotals, { description: 'Deleted when their grace is over' }),
  deleted: Type.Array(PackTotals),
  kept: Type.Array(PackTotals, {
    description: 'Due, but locked by the storage, or paid for until later',
  }),
  consolidatedPacks: Count,
  consolidatedBytes: Type.Integer({ minimum: 0, description: 'Of these packs, before' }),
  consolidatedSegments: Count,
  writtenPacks: Type.Integer({ minimum: 0, description: '0 in a dry run: not known' }),
  writtenBytes: Type.Integer({ minimum: 0, description: 'Dry run: what of them is needed' }),
  uploadsAborted: Type.Integer({ minimum: 0, description: 'In parts, that nobody would end' }),
  sealedPacks: Type.Integer({ minimum: 0, description: 'Of a copy: written into its class' }),
  sealedBytes: Count,
  tailBytes: Type.Integer({ minimum: 0, description: 'Of a copy: what waits in a hot class' }),
  stored: Type.Optional(
    Type.Array(StoredBlobs, { description: 'Dry run: what lies in the storage, by age' }),
  ),
  newest: Type.Optional(
    Type.Array(open('NewestContent', { jobId: Type.String(), bytes: Count }), {
      description: 'Dry run: by job, what a first copy of its newest restore point moves',
    }),
  ),
});
export type RetentionResult = Static<typeof RetentionResult>;
