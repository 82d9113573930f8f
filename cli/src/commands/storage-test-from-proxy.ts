import type { Context } from '../context.ts';
import { followToEnd } from '../follow-session.ts';
import { describeSession } from '../output/session-text.ts';
import { findingLine, reportText } from '../output/storage-report.ts';
import { exitCodeOf, idempotencyKey } from './work.ts';

export interface ProxyTestOptions {
  readonly proxy?: string;
  readonly speed: boolean;
  readonly detach?: boolean;
}

/** Starts the session, and prints what it found. */
export async function testFromProxy(
  context: Context,
  storage: string,
  { proxy, speed, detach = false }: ProxyTestOptions,
): Promise<void> {
  const { client, terminal } = context;
  const session = await client.call('testObjectStorage', {
    params: { objectStorage: storage },
    body: { measuresSpeed: speed, ...(proxy !== undefined && { proxyId: proxy }) },
    idempotencyKey: idempotencyKey(),
  });
  if (detach) {
    terminal.result(session, describeSession(session));
    return;
  }
  const ended = await followToEnd(context, session);
  const { storageTest, problem } = ended;
  for (const finding of storageTest?.findings ?? []) terminal.note(findingLine(finding));
  const lines = [describeSession(ended), ...(storageTest ? [reportText(storageTest)] : [])];
  terminal.result({ ...storageTest, problem }, lines.join('\n'));
  context.exitWith(exitCodeOf(ended));
}
