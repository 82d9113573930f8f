import { AzureError } from '../domain/azure-error.ts';
import type { BlobVersion } from '../domain/blob-record.ts';
import type { Priority, Rehydration } from '../domain/rehydration.ts';
import type { OnlineTier } from '../domain/tier.ts';
import type { FrontWorld } from './front-world.ts';

/** Ends the rehydrations whose time has come: Azurite then gives the bytes. */
export async function settleRehydrations(world: FrontWorld): Promise<void> {
  const { rehydrating, locks, clock } = world;
  for (const version of rehydrating) {
    if ((version.rehydration?.readyMs ?? 0) > clock.nowMs()) continue;
    await locks.within(version.place, async () => {
      if (rehydrating.has(version)) await settle(world, version);
    });
  }
}

async function settle(world: FrontWorld, version: BlobVersion): Promise<void> {
  const { rehydration, copy } = version;
  if (!rehydration) return;
  world.rehydrating.delete(version);
  version.rehydration = undefined;
  if (copy?.status === 'pending' && copy.source.isGone) {
    await emptyCopy(world, version, 'failed');
    return;
  }
  await setTierUpstream(world, version, rehydration.to);
  if (copy) version.copy = { ...copy, status: 'success' };
  version.tier = rehydration.to;
  version.tierSinceMs = rehydration.readyMs;
}

export async function setTierUpstream(
  { upstream }: FrontWorld,
  { place }: BlobVersion,
  tier: string,
): Promise<void> {
  const headers = { 'x-ms-access-tier': tier };
  await upstream.demand({ method: 'PUT', place, query: { comp: 'tier' }, headers });
}

/** A copy that was aborted, or whose source is gone, has no bytes. */
export async function emptyCopy(
  world: FrontWorld,
  version: BlobVersion,
  status: 'aborted' | 'failed',
): Promise<void> {
  const { place } = version;
  const headers = { 'x-ms-blob-type': 'BlockBlob' };
  await world.upstream.demand({ method: 'DELETE', place });
  await world.upstream.demand({ method: 'PUT', place, headers });
  world.rehydrating.delete(version);
  version.rehydration = undefined;
  if (version.copy) version.copy = { ...version.copy, status };
  version.sizeBytes = 0;
  version.tier = 'Hot';
}

export interface RehydrationStart {
  readonly to: OnlineTier;
  readonly priority: Priority;
}

/** @returns what is billed for it */
export function beginRehydration(
  { desk, clock, rehydrating }: FrontWorld,
  version: BlobVersion,
  { to, priority }: RehydrationStart,
): { readonly priority: Priority; readonly bytes: number } {
  const nowMs = clock.nowMs();
  const { sizeBytes: bytes } = version;
  const readyMs = desk.readyMs(priority, bytes, nowMs);
  version.rehydration = { to, priority, readyMs };
  rehydrating.add(version);
  return { priority: desk.chargedAs(priority, readyMs - nowMs), bytes };
}

/** To high priority; everything else is refused while it is under way. */
export function checkHastened(pending: Rehydration, asked: RehydrationStart): void {
  const isHastened = pending.priority === 'Standard' && asked.priority === 'High';
  if (isHastened && pending.to === asked.to) return;
  throw new AzureError(
    'BlobBeingRehydrated',
    'This operation is not permitted because the blob is being rehydrated.',
  );
}
