import { AppError, isAppError } from '../../errors/app-error.ts';
import type { Heartbeat, Hello, Welcome } from '../../gen/firn/link/v1/link.ts';
import type { Clock } from '../../time/clock.ts';
import type { ControllerMessage, DialLink, LinkStream, WorkerMessage } from './link-stream.ts';

/** Sends on the link that is up; fails with E_LINK_LOST once it is down. */
export type SendOnLink = (message: WorkerMessage) => Promise<void>;

export interface LinkOptions {
  readonly dial: DialLink;
  readonly clock: Clock;
  /** In [0, 1): spreads the reconnects of many workers. */
  readonly random: () => number;
  hello(): Promise<Hello>;
  heartbeat(): Heartbeat;
  /** The link is up. An error breaks the link. */
  up(welcome: Welcome, send: SendOnLink): Promise<void>;
  /** In order, one at a time. An error breaks the link. */
  received(message: ControllerMessage, send: SendOnLink): Promise<void>;
  /** The link is down; cause is undefined when the controller ended it. */
  down(cause: AppError | undefined): void;
  readonly backoffMsMin?: number;
  readonly backoffMsMax?: number;
  readonly welcomeMsMax?: number;
}

/**
 * Keeps a link to the controller, for ever:
 *
 *     dialling ──stream──► greeting ──Welcome──► up
 *        ▲                    │                  │ broken, silent, GoAway
 *        └──────── waiting ◄──┴──────────────────┘
 *
 * Ends when the signal aborts (resolves 'stopped') or on Superseded (resolves
 * 'superseded'): a newer process has the identity, dialling again would make
 * the two push each other off for ever. In `up`, heartbeats go out at the
 * interval of Welcome; a controller silent for a whole lease counts as gone.
 */
export async function runLink(
  options: LinkOptions,
  signal: AbortSignal,
): Promise<'stopped' | 'superseded'> {
  let failures = 0;
  while (!signal.aborted) {
    const end = await once(options, signal);
    if (end.superseded) return 'superseded';
    failures = end.wasUp ? 0 : failures + 1;
    options.down(end.cause);
    const waitMs = end.reconnectAfterMs ?? backoffMs(options, failures);
    await options.clock.sleep(waitMs, signal).catch(() => undefined);
  }
  return 'stopped';
}

interface LinkEnd {
  superseded: boolean;
  wasUp: boolean;
  reconnectAfterMs: number | undefined;
  cause: AppError | undefined;
}

/** One round of dialling, greeting and being up. Never throws. */
async function once(options: LinkOptions, signal: AbortSignal): Promise<LinkEnd> {
  const end: LinkEnd = {
    superseded: false,
    wasUp: false,
    reconnectAfterMs: undefined,
    cause: undefined,
  };
  const over = new AbortController();
  const roundSignal = AbortSignal.any([signal, over.signal]);
  let stream: LinkStream | undefined;
  const close = () => stream?.close();
  roundSignal.addEventListener('abort', close, { once: true });
  try {
    stream = await options.dial(roundSignal);
    roundSignal.throwIfAborted();
    await stream.send({ $case: 'hello', value: await options.hello() });
    await talk({ options, stream, end, over }, roundSignal);
  } catch (error) {
    // What breaks because this side stops is no news.
    if (!signal.aborted) end.cause ??= toLinkError(error);
  } finally {
    over.abort();
    close();
  }
  return end;
}

interface Round {
  readonly options: LinkOptions;
  readonly stream: LinkStream;
  readonly end: LinkEnd;
  readonly over: AbortController;
}

async function talk(round: Round, signal: AbortSignal): Promise<void> {
  const { options, stream, end } = round;
  const watch = { heardAtMs: options.clock.now(), silenceMsMax: options.welcomeMsMax ?? 15_000 };
  const watching = watchSilence(round, watch, signal);
  const beats: Promise<void>[] = [];
  try {
    for await (const message of stream.incoming) {
      watch.heardAtMs = options.clock.now();
      if (message.$case === 'superseded') {
        end.superseded = true;
        return;
      }
      if (message.$case === 'goAway') {
        end.reconnectAfterMs = message.value.reconnectAfterMs;
        return;
      }
      if (message.$case === 'welcome') {
        end.wasUp = true;
        watch.silenceMsMax = Math.max(message.value.leaseMs, 3 * message.value.heartbeatIntervalMs);
        await options.up(message.value, stream.send);
        beats.push(beat(round, message.value.heartbeatIntervalMs, signal));
      } else {
        await options.received(message, stream.send);
      }
    }
  } finally {
    round.over.abort();
    await Promise.all([watching, ...beats]);
  }
}

/** Closes a stream on which nothing was heard for too long. */
async function watchSilence(
  { options, over, end }: Round,
  watch: { heardAtMs: number; silenceMsMax: number },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const quietMs = options.clock.now() - watch.heardAtMs;
    if (quietMs >= watch.silenceMsMax) {
      end.cause = new AppError('E_LINK_LOST', `the controller was silent for ${quietMs} ms`);
      over.abort();
      return;
    }
    const waitMs = Math.min(watch.silenceMsMax - quietMs, 1000);
    await options.clock.sleep(waitMs, signal).catch(() => undefined);
  }
}

async function beat(round: Round, intervalMs: number, signal: AbortSignal): Promise<void> {
  const { options, stream, over } = round;
  try {
    for (;;) {
      await options.clock.sleep(intervalMs, signal);
      await stream.send({ $case: 'heartbeat', value: options.heartbeat() });
    }
  } catch {
    over.abort();
  }
}

function backoffMs(options: LinkOptions, failures: number): number {
  const min = options.backoffMsMin ?? 500;
  const max = options.backoffMsMax ?? 15_000;
  const ceiling = Math.min(max, min * 2 ** Math.min(failures, 16));
  return Math.round(ceiling * (0.5 + options.random() / 2));
}

function toLinkError(error: unknown): AppError {
  if (isAppError(error)) return error;
  return new AppError('E_LINK_LOST', 'the link to the controller broke', { cause: error });
}
