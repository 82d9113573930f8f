import type { Progress } from '@firn/shared/bus/progress';
import { subjects } from '@firn/shared/bus/subjects';
import type { AppContext } from '../context.ts';

/**
 * Feeds the ticks of all sessions from the bus until the signal aborts. They
 * are for the eye: one that cannot be read, or is of no session, is left out.
 */
export async function feedProgress(context: AppContext, signal: AbortSignal): Promise<void> {
  const subject = subjects.progress('*', '*');
  for await (const { subject: of, payload } of context.bus.subscribe(subject, signal)) {
    const progress = decodeProgress(payload);
    // The last token of the subject is what the bus let the worker publish to.
    if (progress !== undefined && of.endsWith(`.${progress.sessionId}`)) {
      context.feed.tick(progress);
    }
  }
}

const numbers = [
  'attempt',
  'objectsDone',
  'objectsTotal',
  'items',
  'bytes',
  'itemsFailed',
  'requests',
  'batchedRequests',
  'packs',
  'packsTotal',
  'atMs',
] as const;
const texts = ['sessionId', 'phase', 'current'] as const;

function decodeProgress(payload: Uint8Array): Progress | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  const isWhole =
    numbers.every((name) => Number.isFinite(fields[name])) &&
    texts.every((name) => typeof fields[name] === 'string');
  return isWhole ? (value as Progress) : undefined;
}
