import { isIndexUsable, type LogState } from '@firn/shared/repository/log/state';
import { type Catalog, packOf } from './model-format.ts';

/**
 * Content id → segment, as far as the processes of one machine know: a cache on
 * disk that outlives them and goes stale.
 */
export class ModelIndex {
  readonly #segments = new Map<string, string>();
  #reconciledTo = -1;

  get(content: string): string | undefined {
    return this.#segments.get(content);
  }

  add(content: string, segment: string): void {
    this.#segments.set(content, segment);
  }

  /** What a repair found lost is not taken for stored. */
  forget(isLost: (segment: string, content: string) => boolean): void {
    for (const [content, segment] of this.#segments) {
      if (isLost(segment, content)) this.#segments.delete(content);
    }
  }

  segments(): readonly string[] {
    return [...new Set(this.#segments.values())];
  }

  /** Due at the begin of each attempt, on the state after it. */
  reconcile(state: LogState, relocation: Catalog): void {
    if (!isIndexUsable(state, this.#reconciledTo)) this.#segments.clear();
    for (const [content, segment] of this.#segments) {
      if (state.condemned.has(packOf(relocation, segment))) this.#segments.delete(content);
    }
    this.#reconciledTo = state.head;
  }
}
