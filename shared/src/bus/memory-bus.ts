import type { Bus, BusMessage } from './bus.ts';
import { MessageQueue } from './message-queue.ts';
import { busStreams } from './streams.ts';
import { matchesSubject } from './subject-match.ts';

/** A bus within one process: for tests. Keeps what the real one keeps. */
export class MemoryBus implements Bus {
  readonly #watchers = new Map<MessageQueue, string>();
  /** Newest last. */
  readonly #kept = new Map<string, BusMessage>();
  #isClosed = false;

  publish(subject: string, payload: Uint8Array): void {
    if (this.#isClosed) return;
    const message = { subject, payload: Uint8Array.from(payload) };
    if (busStreams.some((stream) => matchesSubject(stream.subjects, subject))) {
      this.#kept.delete(subject);
      this.#kept.set(subject, message);
    }
    for (const [queue, pattern] of this.#watchers) {
      if (matchesSubject(pattern, subject)) queue.push(message);
    }
  }

  subscribe(subject: string, signal: AbortSignal): AsyncIterable<BusMessage> {
    const queue = new MessageQueue(signal, () => this.#watchers.delete(queue));
    if (!queue.isEnded) this.#watchers.set(queue, subject);
    if (this.#isClosed) queue.close();
    return queue;
  }

  async last(subject: string): Promise<BusMessage | undefined> {
    return [...this.#kept.values()].findLast((message) => matchesSubject(subject, message.subject));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const queue of [...this.#watchers.keys()]) queue.close();
  }
}
