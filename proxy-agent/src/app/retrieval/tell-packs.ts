import type { RetrievedPack } from '@firn/shared/gen/firn/link/v1/work';
import type { PlannedPack } from '@firn/shared/repository/retrieve/plan-packs';
import type { SessionEvents } from '../session-events.ts';

/** A message stays far below the 1 MiB of the link. */
const packsPerEvent = 2_000;

export type ToldPack = Pick<PlannedPack, 'pack' | 'packBytes'>;

/** Tells the controller of packs that are in a state now. */
export async function tellPacks(
  events: SessionEvents,
  retrievalId: string,
  changed: readonly { readonly of: ToldPack; readonly state: RetrievedState }[],
): Promise<void> {
  for (let at = 0; at < changed.length; at += packsPerEvent) {
    const packs = changed.slice(at, at + packsPerEvent).map(encodePack);
    await events.emit({ $case: 'retrievalPacks', value: { retrievalId, packs } });
  }
}

export type RetrievedState = 'retrieving' | 'retrieved' | 'missing' | 'expired';

function encodePack({ of, state }: { of: ToldPack; state: RetrievedState }): RetrievedPack {
  return { pack: of.pack, bytes: BigInt(of.packBytes), state };
}
