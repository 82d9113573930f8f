import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { AppError } from '../../errors/app-error.ts';

/**
 * One writer per stream: calls are written in order, and each resolves when
 * the transport has room again. So memory is bounded by the number of callers,
 * not by what they send (gRPC itself counts messages, not bytes, and keeps all
 * that is written).
 */
export function makeStreamWriter<Message>(stream: Writable): (message: Message) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  const writeOne = async (message: Message) => {
    if (stream.destroyed || stream.writableEnded) throw lost();
    if (stream.write(message)) return;
    await drained(stream);
  };
  return (message) => {
    const turn = last.then(() => writeOne(message));
    last = turn.catch(() => undefined);
    return turn;
  };
}

async function drained(stream: Writable): Promise<void> {
  const over = new AbortController();
  const ends = ['close', 'error', 'end'].map((name) =>
    once(stream, name, { signal: over.signal }).then(() => {
      throw lost();
    }),
  );
  const settled = ends.map((end) => end.catch(() => undefined));
  try {
    await Promise.race([once(stream, 'drain', { signal: over.signal }), ...ends]);
  } catch (cause) {
    throw lost(cause);
  } finally {
    over.abort();
    await Promise.all(settled);
  }
}

function lost(cause?: unknown): AppError {
  return new AppError('E_LINK_LOST', 'the stream to the controller has ended', { cause });
}
