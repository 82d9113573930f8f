import type { PreviousState } from '@firn/shared/repository/session/repository-session';
import type { KnownState } from '../../ports/source.ts';

async function* nothing(): AsyncGenerator<never> {}

/** What is known of an object that was never stored. */
const nothingKnown: KnownState = {
  item: async () => undefined,
  folder: async () => undefined,
  items: nothing,
  folders: nothing,
  failedItems: nothing,
};

export function knownState(previous: PreviousState | undefined): KnownState {
  return previous ?? nothingKnown;
}
