import type { SegmentKey } from '../segment/segment-key.ts';
import type { PlacedContent } from './placed-content.ts';

const keysMax = 64;

/** Keys of the segments that are in use: each is asked for once. */
export class SegmentKeys {
  readonly #ask: (content: PlacedContent) => Promise<SegmentKey>;
  readonly #keys = new Map<string, Promise<SegmentKey>>();

  constructor(ask: (content: PlacedContent) => Promise<SegmentKey>) {
    this.#ask = ask;
  }

  of(content: PlacedContent): Promise<SegmentKey> {
    const { segment } = content.address;
    const known = this.#keys.get(segment);
    if (known !== undefined) return known;
    const asked = this.#ask(content);
    this.#keys.set(segment, asked);
    asked.catch(() => this.#keys.delete(segment));
    const [oldest] = this.#keys.keys();
    if (this.#keys.size > keysMax && oldest !== undefined) this.#keys.delete(oldest);
    return asked;
  }
}
