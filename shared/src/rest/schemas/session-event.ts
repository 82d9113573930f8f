import { type Static, Type } from 'typebox';
import { LogEntry, Session, SessionProgress } from './session.ts';

/**
 * Events of GET /sessions/{session}/events (text/event-stream). The first is a
 * snapshot, the last `end`; between them state changes, ticks and log lines in
 * any order. The id of an event is the number of the newest log line sent
 * before or with it: with Last-Event-ID the lines after that number follow the
 * snapshot, without it all lines do. A comment comes every 15 s of silence.
 */
export const SessionEvent = Type.Union(
  [
    Type.Object({ event: Type.Literal('snapshot'), data: Session }),
    Type.Object({ event: Type.Literal('session'), data: Session }),
    Type.Object({ event: Type.Literal('progress'), data: SessionProgress }),
    Type.Object({ event: Type.Literal('log'), data: LogEntry }),
    Type.Object({ event: Type.Literal('end'), data: Session }),
  ],
  { title: 'SessionEvent' },
);
export type SessionEvent = Static<typeof SessionEvent>;
