import type { ItemContent } from '../../ports/source.ts';

/**
 * Content on its way into the repository. Tells a failure of the source (the
 * item failed, the object goes on) from one of the storage (nothing goes on).
 */
export interface TrackedContent {
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
  /** What reading the source failed with. */
  failure(): unknown;
}

export function trackContent(content: ItemContent, signal: AbortSignal): TrackedContent {
  if (content.kind === 'bytes') return { content: content.bytes, failure: () => undefined };
  let failure: unknown;
  async function* read(open: (signal: AbortSignal) => AsyncIterable<Uint8Array>) {
    try {
      yield* open(signal);
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  return { content: read((each) => content.open(each)), failure: () => failure };
}
