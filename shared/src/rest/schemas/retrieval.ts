import { type Static, Type } from 'typebox';
import { thawSpeeds } from '../../storage-class/storage-class.ts';
import { Count, closed, Id, open, PageQuery, pageOf, Timestamp } from './fields.ts';
import { ObjectSelection } from './restore-point.ts';
import { Session } from './session.ts';

export const RetrievalState = Type.Enum(
  ['retrieving', 'retrieved', 'removing', 'expired', 'failed'],
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

/** Objects of a copy brought out of the archive class for an availability period. */
export const Retrieval = open('Retrieval', {
  id: Id,
  restorePointId: Id,
  copyJobId: Type.Optional(Id),
  repositoryId: Id,
  state: RetrievalState,
  objects: Type.Array(ObjectSelection, { description: 'Empty: all objects of the point' }),
  speed: Speed,
  availabilitySeconds: AvailabilitySeconds,
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

export const RetrievalCreate = closed(
  {
    restorePointId: Id,
    objects: Type.Optional(Type.Array(ObjectSelection, { maxItems: 10_000 })),
    availabilitySeconds: Type.Optional(AvailabilitySeconds),
    speed: Type.Optional(Speed),
  },
  'RetrievalCreate',
);
export type RetrievalCreate = Static<typeof RetrievalCreate>;

export const RetrievalStarted = open('RetrievalStarted', {
  retrieval: Retrieval,
  session: Session,
});
export type RetrievalStarted = Static<typeof RetrievalStarted>;
