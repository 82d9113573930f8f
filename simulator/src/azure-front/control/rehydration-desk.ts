import type { RandomStream } from '../../domain/random-stream.ts';
import type { Priority } from '../domain/rehydration.ts';

const hourMs = 3_600_000;
const standardMs = 15 * hourMs;
const highMs = hourMs;
const highChargedMs = 5 * hourMs;
const GIB = 2 ** 30;

/**
 * How long a blob takes out of the archive. Only the longest is documented, so it takes at least
 * half of it. At high priority the account gets 10 GiB an hour, one after the other
 * [Microsoft: Blob rehydration from the archive tier].
 */
export class RehydrationDesk {
  /** 2: all takes half of the time that is documented. */
  speed = 1;
  highBytesPerHour = 10 * GIB;
  readonly #random: RandomStream;
  #highFreeMs = 0;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  /** @returns from when it can be read, ms since the epoch */
  readyMs(priority: Priority, bytes: number, nowMs: number): number {
    const atLeast = 0.5 + this.#random.next() / 2;
    if (priority === 'Standard') return Math.ceil(nowMs + (atLeast * standardMs) / this.speed);
    const transferMs = ((bytes / this.highBytesPerHour) * hourMs) / this.speed;
    this.#highFreeMs = Math.max(this.#highFreeMs, nowMs) + transferMs;
    return Math.ceil(Math.max(nowMs + (atLeast * highMs) / this.speed, this.#highFreeMs));
  }

  /** What takes longer than five hours is charged at standard. */
  chargedAs(priority: Priority, tookMs: number): Priority {
    return tookMs > highChargedMs ? 'Standard' : priority;
  }
}
