import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { AppContext } from '../../app/context.ts';
import { type FollowEvent, followSession } from '../../app/sessions/follow-session.ts';
import { encodeLogEntry, encodeProgress, encodeSession } from './encode.ts';

const pingMs = 15_000;

export interface EventStreamOptions {
  readonly context: AppContext;
  readonly sessionId: string;
  readonly lastEventId: string | undefined;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

/** Writes a session's events as text/event-stream, as fast as the client reads. */
export async function writeSessionEvents(options: EventStreamOptions): Promise<void> {
  const { context, sessionId, response, signal } = options;
  const afterLine = parseLine(options.lastEventId);
  const events = followSession(context, sessionId, { afterLine, pingMs, signal });
  // The first read may fail: only then can the answer still be a problem.
  const first = await events.next();
  if (first.done === true) return;
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  let line = afterLine;
  const write = async (event: FollowEvent): Promise<void> => {
    if (event.event === 'log') line = event.entry.number;
    if (!response.write(render(context, event, line))) await once(response, 'drain', { signal });
  };
  await write(first.value);
  for await (const event of events) await write(event);
  response.end();
}

function parseLine(lastEventId: string | undefined): number {
  const line = Number(lastEventId ?? 0);
  return Number.isSafeInteger(line) && line >= 0 ? line : 0;
}

function render(context: AppContext, event: FollowEvent, line: number): string {
  if (event.event === 'ping') return ': ping\n\n';
  const data = JSON.stringify(dataOf(context, event));
  return `id: ${line}\nevent: ${event.event}\ndata: ${data}\n\n`;
}

function dataOf({ feed }: AppContext, event: Exclude<FollowEvent, { event: 'ping' }>) {
  switch (event.event) {
    case 'progress':
      return encodeProgress(event.progress);
    case 'log':
      return encodeLogEntry(event.entry);
    case 'snapshot':
    case 'session':
    case 'end':
      return encodeSession(event.session, feed.progressOf(event.session.id));
  }
}
