import { type Static, Type } from 'typebox';
import { thawSpeeds } from '../../storage-class/storage-class.ts';
import { Count, closed, Id, IdOrName, open, PageQuery, pageOf, Timestamp } from './fields.ts';
import { ObjectSelection } from './restore-point.ts';
import { Session } from './session.ts';

export const RetrievalState = Type.Enum(
  [
    'planning',
    'planned',
    'retrieving',
    'retrieved',
    'extending',
    'removing',
    'expired',
    'cancelled',
    'failed',
  ],
  { title: 'RetrievalState' },
);
export type RetrievalState = Static<typeof RetrievalState>;

const Speed = Type.Enum([...thawSpeeds], {
  title: 'RetrievalSpeed',
  description:
    'expedited: minutes to an hour, not out of deep-archive; standard: hours; bulk: up to two days, S3 only',
});
const AvailabilitySeconds = Type.Integer({
  minimum: 60,
  maximum: 31_536_000,
  description: 'How long the retrieved data stays readable; default one day',
});

const NoticeHours = Type.Integer({
  minimum: 1,
  maximum: 8_760,
  description: 'A warning in the session’s log so long before the end',
});

/** What a retrieval would cost and take at a speed; no price where there are none of the storage. */
export const SpeedPrice = open('SpeedPrice', {
  speed: Speed,
  price: Type.Optional(Type.Number()),
  hoursMin: Type.Optional(Type.Number()),
  hoursMax: Type.Optional(Type.Number()),
});
export type SpeedPrice = Static<typeof SpeedPrice>;

export const RetrievalPlan = open('RetrievalPlan', {
  plannedAt: Timestamp,
  packs: Count,
  bytes: Count,
  coldPacks: Type.Integer({ minimum: 0, description: 'Of these, what has to thaw' }),
  coldBytes: Count,
  neededBytes: Type.Integer({ minimum: 0, description: 'Of all bytes, what a restore reads' }),
  missingPacks: Count,
  speeds: Type.Array(SpeedPrice),
  prices: Type.Optional(
    Type.Object({
      region: Type.String(),
      date: Type.String(),
      source: Type.String(),
      currency: Type.String(),
    }),
  ),
});
export type RetrievalPlan = Static<typeof RetrievalPlan>;

/** Objects of a copy brought out of the archive class for an availability period. */
export const Retrieval = open('Retrieval', {
  id: Id,
  restorePointId: Id,
  copyJobId: Type.Optional(Id),
  repositoryId: Id,
  state: RetrievalState,
  objects: Type.Array(ObjectSelection, { description: 'Empty: all objects of the point' }),
  plan: Type.Optional(RetrievalPlan),
  speed: Type.Optional(Speed),
  availabilitySeconds: AvailabilitySeconds,
  noticeHours: Type.Optional(NoticeHours),
  availableUntil: Type.Optional(Timestamp),
  packsTotal: Count,
  packsReady: Count,
  bytes: Count,
  sessionId: Id,
  createdAt: Timestamp,
});
export type Retrieval = Static<typeof Retrieval>;
export const RetrievalPage = pageOf('RetrievalPage', Retrieval);

export const RetrievalQuery = closed({
  ...PageQuery.properties,
  restorePointId: Type.Optional(Id),
  state: Type.Optional(RetrievalState),
});

const chosen = {
  restorePointId: Type.Optional(Id),
  copyJobId: Type.Optional(IdOrName),
  at: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'With copyJobId: the newest point of this time or before; default the newest',
    }),
  ),
  objects: Type.Optional(Type.Array(ObjectSelection, { maxItems: 10_000 })),
  availabilitySeconds: Type.Optional(AvailabilitySeconds),
};

export const RetrievalPlanCreate = closed(chosen, 'RetrievalPlanCreate');
export type RetrievalPlanCreate = Static<typeof RetrievalPlanCreate>;

export const RetrievalCreate = closed(
  { ...chosen, speed: Type.Optional(Speed), noticeHours: Type.Optional(NoticeHours) },
  'RetrievalCreate',
);

export const RetrievalStart = closed(
  { speed: Speed, noticeHours: Type.Optional(NoticeHours) },
  'RetrievalStart',
);
export type RetrievalStart = Static<typeof RetrievalStart>;

export const RetrievalExtend = closed({ seconds: AvailabilitySeconds }, 'RetrievalExtend');
export type RetrievalExtend = Static<typeof RetrievalExtend>;

export const RetrievalPack = open('RetrievalPack', {
  pack: Type.String(),
  bytes: Count,
  state: Type.Enum(['retrieving', 'retrieved', 'extending', 'removing', 'expired', 'missing'], {
    title: 'RetrievalPackState',
  }),
});
export type RetrievalPack = Static<typeof RetrievalPack>;
export const RetrievalPackPage = pageOf('RetrievalPackPage', RetrievalPack);
export type RetrievalCreate = Static<typeof RetrievalCreate>;

export const RetrievalStarted = open('RetrievalStarted', {
  retrieval: Retrieval,
  session: Session,
});
export type RetrievalStarted = Static<typeof RetrievalStarted>;
