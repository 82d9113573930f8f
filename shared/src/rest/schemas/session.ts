import { type Static, Type } from 'typebox';
import { Count, closed, Id, IdOrName, open, PageQuery, pageOf, Timestamp } from './fields.ts';
import { StorageTestResult } from './object-storage.ts';
import { ProblemSummary } from './problem.ts';
import { RetentionResult } from './retention.ts';

export const SessionKind = Type.Enum(
  [
    'initialize',
    'backup',
    'copy',
    'retrieval',
    'remove-retrieval',
    'restore',
    'check',
    'repair',
    'retention',
    'change-keys',
    'erase',
    'storage-test',
  ],
  { title: 'SessionKind' },
);
export type SessionKind = Static<typeof SessionKind>;

export const SessionState = Type.Enum(
  ['queued', 'assigned', 'running', 'lost', 'stopping', 'success', 'warning', 'failed', 'stopped'],
  { title: 'SessionState', description: 'The last four are final' },
);
export type SessionState = Static<typeof SessionState>;

export const Counts = open('Counts', {
  items: Count,
  bytes: Count,
  itemsRemoved: Count,
  itemsFailed: Count,
  requests: Type.Integer({ minimum: 0, description: 'HTTP requests to the service' }),
  batchedRequests: Type.Integer({ minimum: 0, description: 'Parts of batches, beside requests' }),
  storedBytes: Count,
  packs: Count,
  puts: Count,
});
export type Counts = Static<typeof Counts>;

export const ObjectCounts = open('ObjectCounts', {
  total: Count,
  success: Count,
  warning: Count,
  failed: Count,
  unchanged: Count,
});
export type ObjectCounts = Static<typeof ObjectCounts>;

/** The newest progress tick: live only, absent once the session ended. */
export const SessionProgress = open('SessionProgress', {
  attempt: Count,
  phase: Type.String(),
  objectsDone: Count,
  objectsTotal: Count,
  items: Count,
  bytes: Count,
  itemsFailed: Count,
  requests: Count,
  batchedRequests: Count,
  packs: Count,
  packsTotal: Count,
  current: Type.String(),
  at: Timestamp,
});
export type SessionProgress = Static<typeof SessionProgress>;

/** One run of a piece of work. */
export const Session = open('Session', {
  id: Id,
  kind: SessionKind,
  state: SessionState,
  attempt: Type.Integer({ minimum: 0, description: '0 until it was first assigned' }),
  proxyId: Id,
  repositoryId: Type.Optional(Id),
  objectStorageId: Type.Optional(Id),
  organizationId: Type.Optional(Id),
  jobId: Type.Optional(Id),
  copyJobId: Type.Optional(Id),
  restorePointId: Type.Optional(Id),
  retrievalId: Type.Optional(Id),
  retryOf: Type.Optional(Id),
  retryNumber: Type.Optional(Count),
  createdAt: Timestamp,
  startedAt: Type.Optional(Timestamp),
  endedAt: Type.Optional(Timestamp),
  counts: Type.Optional(Counts),
  objects: ObjectCounts,
  problem: Type.Optional(ProblemSummary),
  retention: Type.Optional(RetentionResult),
  storageTest: Type.Optional(StorageTestResult),
  progress: Type.Optional(SessionProgress),
});
export type Session = Static<typeof Session>;
export const SessionPage = pageOf('SessionPage', Session);

export const SessionQuery = closed({
  ...PageQuery.properties,
  kind: Type.Optional(SessionKind),
  state: Type.Optional(SessionState),
  open: Type.Optional(Type.Boolean({ description: 'true: not ended, false: ended' })),
  jobId: Type.Optional(IdOrName),
  copyJobId: Type.Optional(IdOrName),
  repositoryId: Type.Optional(IdOrName),
  objectStorageId: Type.Optional(IdOrName),
  organizationId: Type.Optional(IdOrName),
});

export const FailedItem = open('FailedItem', {
  itemId: Type.String(),
  name: Type.String(),
  folder: Type.String(),
  problem: Type.Optional(ProblemSummary),
});
export type FailedItem = Static<typeof FailedItem>;

export const SessionObject = open('SessionObject', {
  objectId: Type.String(),
  kind: Type.String({ description: 'mailbox or onedrive' }),
  name: Type.String(),
  user: Type.String(),
  status: Type.Enum(['success', 'warning', 'failed', 'unchanged']),
  mode: Type.Optional(Type.String({ description: 'full or incremental' })),
  counts: Counts,
  failedItems: Type.Array(FailedItem, { description: 'At most 1,000; the rest is counted' }),
  problem: Type.Optional(ProblemSummary),
});
export type SessionObject = Static<typeof SessionObject>;
export const SessionObjectPage = pageOf('SessionObjectPage', SessionObject);

export const SessionObjectQuery = closed({
  ...PageQuery.properties,
  status: Type.Optional(Type.Enum(['success', 'warning', 'failed', 'unchanged'])),
});

export const LogEntry = open('LogEntry', {
  number: Type.Integer({ minimum: 1, description: 'Grows within a session' }),
  at: Timestamp,
  level: Type.Enum(['info', 'warning', 'error']),
  message: Type.String(),
});
export type LogEntry = Static<typeof LogEntry>;
export const LogPage = pageOf('LogPage', LogEntry);

/** What a check of a repository found. */
export const Finding = open('Finding', {
  number: Type.Integer({ minimum: 1 }),
  severity: Type.Enum(['error', 'warning', 'note']),
  blob: Type.Optional(Type.String()),
  objectId: Type.Optional(Type.String()),
  items: Type.Array(Type.String(), { description: 'At most 1,000; more follow' }),
  points: Type.Array(Type.String(), { description: 'Restore points: job/point' }),
  problem: Type.Optional(ProblemSummary),
});
export type Finding = Static<typeof Finding>;
export const FindingPage = pageOf('FindingPage', Finding);
