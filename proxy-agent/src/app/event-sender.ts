import { SessionEvent } from '@firn/shared/gen/firn/link/v1/link';
import type { SendOnLink } from '@firn/shared/rpc/link/run-link';
import type { Clock } from '@firn/shared/time/clock';
import type { Journal } from '../ports/journal.ts';
import type { Wakeup } from './wakeup.ts';

export interface EventSenderOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Rung when the journal has a new event. */
  readonly wakeup: Wakeup;
  readonly send: SendOnLink;
  /** Sent again from the oldest when nothing new came for so long. */
  readonly resendMs: number;
}

const pageEvents = 64;

/**
 * Sends what the journal holds, oldest first, for as long as one link lives:
 * from the oldest again on every link, and again when acknowledgements do not
 * come. At most a page of events is in memory. Ends with the signal's reason or
 * the link's error.
 */
export async function sendEvents(options: EventSenderOptions, signal: AbortSignal): Promise<never> {
  const { journal, wakeup, send } = options;
  let position = 0;
  for (;;) {
    signal.throwIfAborted();
    const page = await journal.events(position, pageEvents);
    for (const { sessionId, attempt, sequence, payload, position: sent } of page) {
      const event = SessionEvent.decode(payload);
      const value = { ...event, sessionId, attempt, sequence: BigInt(sequence) };
      await send({ $case: 'event', value });
      position = sent;
    }
    if (page.length === 0 && !(await woken(options, wakeup, signal))) position = 0;
  }
}

/** False when the time for sending again came first. */
async function woken(
  { clock, resendMs }: EventSenderOptions,
  wakeup: Wakeup,
  signal: AbortSignal,
): Promise<boolean> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  try {
    return await Promise.race([
      wakeup.wait(either).then(() => true),
      clock.sleep(resendMs, either).then(() => false),
    ]);
  } finally {
    over.abort();
  }
}
