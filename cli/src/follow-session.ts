import { isAppError } from '@firn/shared/errors/app-error';
import type { RestClient } from '@firn/shared/rest/client';
import type { Session } from '@firn/shared/rest/schemas/session';
import { systemClock } from '@firn/shared/time/system-clock';
import { printable } from './output/printable.ts';
import { makeProgressView } from './output/progress.ts';
import { hasEnded } from './output/session-text.ts';
import { paint, type Terminal } from './output/terminal.ts';

export interface Following {
  readonly client: RestClient;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

const reconnectMs = 500;

/**
 * Follows a session to its end with live progress and its warnings. A broken
 * connection is taken up again after the last event that was seen.
 */
export async function followToEnd(following: Following, session: Session): Promise<Session> {
  await tellWhatItWaitsFor(following, session);
  const view = makeProgressView(following.terminal, session.kind);
  try {
    let last: string | undefined;
    let current = session;
    while (!hasEnded(current)) {
      const seen = await followOnce(following, current, last, view);
      current = seen.session;
      last = seen.lastEventId;
      if (!hasEnded(current)) await systemClock.sleep(reconnectMs, following.signal);
    }
    return current;
  } finally {
    view.stop();
    if (following.signal.aborted) tellThatItGoesOn(following.terminal, session);
  }
}

/** Nothing happens, for as long as it takes, while the proxy is away. */
async function tellWhatItWaitsFor({ client, terminal }: Following, session: Session) {
  if (session.state !== 'queued' && session.state !== 'lost') return;
  const proxy = await client.call('getProxy', { params: { proxy: session.proxyId } });
  if (proxy.connected) return;
  terminal.note(
    `session ${session.id} (${session.kind}) waits: proxy "${proxy.name}" is not connected, start its agent`,
  );
}

function tellThatItGoesOn(terminal: Terminal, { id }: Session): void {
  terminal.note(`session ${id} goes on: firn session follow ${id}, or firn session stop ${id}`);
}

interface Seen {
  readonly session: Session;
  readonly lastEventId: string | undefined;
}

async function followOnce(
  following: Following,
  session: Session,
  last: string | undefined,
  view: ReturnType<typeof makeProgressView>,
): Promise<Seen> {
  const { client, terminal, signal } = following;
  let current = session;
  let lastEventId = last;
  try {
    const resume = lastEventId === undefined ? {} : { lastEventId };
    for await (const event of client.followSession(session.id, { signal, ...resume })) {
      lastEventId = event.id ?? lastEventId;
      if (event.event === 'progress') view.show(event.data);
      else if (event.event !== 'log') current = event.data;
      else if (event.data.level !== 'info') {
        terminal.note(`  ${paint('yellow', event.data.level)} ${printable(event.data.message)}`);
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!isAppError(error, 'E_CONTROLLER_UNREACHABLE') && !isBrokenStream(error)) throw error;
  }
  return { session: current, lastEventId };
}

/** What node:http says when the other side vanished in the middle of a response. */
function isBrokenStream(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
