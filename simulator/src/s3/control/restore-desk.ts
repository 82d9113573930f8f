import type { RandomStream } from '../../domain/random-stream.ts';
import type { RestorePace } from '../domain/restoration.ts';
import { S3Error } from '../domain/s3-error.ts';

const PER_SECOND = 1000;

/** What all restorations of the account share: a rate, and how long they take. */
export class RestoreDesk {
  /** Requests a second; what is above is refused [Amazon S3: Restoring an archived object]. */
  perSecond = PER_SECOND;
  /** 2: retrievals take half of the time that is documented. */
  speed = 1;
  readonly #random: RandomStream;
  #tokens = PER_SECOND;
  #filledMs = 0;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  admit(nowMs: number): void {
    const gained = (Math.max(0, nowMs - this.#filledMs) * this.perSecond) / 1000;
    this.#tokens = Math.min(this.perSecond, this.#tokens + gained);
    this.#filledMs = nowMs;
    if (this.#tokens < 1) {
      throw new S3Error('ThrottlingException', 'Rate exceeded');
    }
    this.#tokens -= 1;
  }

  pace(): RestorePace {
    return { draw: this.#random.next(), speed: this.speed };
  }
}
