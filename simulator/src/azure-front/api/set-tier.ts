import { AzureError, blobNotFound, notImplemented } from '../domain/azure-error.ts';
import type { BlobVersion } from '../domain/blob-record.ts';
import { readPriority } from '../domain/rehydration.ts';
import { readTier, TIERS, type Tier } from '../domain/tier.ts';
import { isDone } from '../http/front-reply.ts';
import type { FrontRequest } from '../http/front-request.ts';
import { authorize } from '../signing/authorize.ts';
import { type FrontWorld, placeOf } from './front-world.ts';
import type { Handled } from './operation.ts';
import { beginRehydration, checkHastened, setTierUpstream } from './settle.ts';

/** 200 when the tier is changed, 202 while the blob comes out of the archive. */
export async function setTier(request: FrontRequest, world: FrontWorld): Promise<Handled> {
  const { ledger, locks } = world;
  const { container, blob, query } = request;
  const versionId = query.get('versionid');
  const tier = askedTier(request);
  return await locks.within(placeOf(request), async () => {
    const current = ledger.current(container, blob);
    if (versionId !== undefined && versionId !== current?.versionId) {
      return await setTierOfEarlier(request, world, { versionId, tier });
    }
    if (current?.rehydration) return hasten(request, world, { version: current, tier });
    return await setTierOfCurrent(request, world, { version: current, tier });
  });
}

function askedTier({ headers }: FrontRequest): Tier {
  const asked = headers.get('x-ms-access-tier');
  if (asked !== undefined) return readTier(asked);
  throw new AzureError('MissingRequiredHeader', 'x-ms-access-tier is needed');
}

interface Change {
  readonly version: BlobVersion;
  readonly tier: Tier;
}

function hasten(request: FrontRequest, world: FrontWorld, { version, tier }: Change): Handled {
  authorize(world.account, request, 'w');
  const priority = readPriority(request.headers.get('x-ms-rehydrate-priority'));
  const { rehydration } = version;
  if (!rehydration || tier === 'Archive') throw new AzureError('BlobBeingRehydrated', 'Archived.');
  const asked = { to: tier, priority };
  checkHastened(rehydration, asked);
  const rehydrated = beginRehydration(world, version, asked);
  return { reply: { status: 202, headers: {} }, billed: { cost: 'free', rehydrated } };
}

async function setTierOfCurrent(
  request: FrontRequest,
  world: FrontWorld,
  { version, tier }: { readonly version: BlobVersion | undefined; readonly tier: Tier },
): Promise<Handled> {
  const priority = readPriority(request.headers.get('x-ms-rehydrate-priority'));
  const reply = await world.upstream.forward(request);
  if (!version || !isDone(reply)) return { reply };
  const from = version.tier;
  if (from === 'Archive' && tier !== 'Archive') {
    // Azurite has it thawed at once
    await setTierUpstream(world, version, 'Archive');
    world.bill.ended(version, world.clock.nowMs());
    version.tierSinceMs = world.clock.nowMs();
    const rehydrated = beginRehydration(world, version, { to: tier, priority });
    return { reply: { ...reply, status: 202 }, billed: { cost: 'free', rehydrated } };
  }
  moved(world, { version, tier });
  return { reply, billed: billedFor(from, tier) };
}

async function setTierOfEarlier(
  request: FrontRequest,
  world: FrontWorld,
  { versionId, tier }: { readonly versionId: string; readonly tier: Tier },
): Promise<Handled> {
  authorize(world.account, request, 'w');
  const version = world.ledger.version(request.container, request.blob, versionId);
  if (!version) throw blobNotFound();
  const from = version.tier;
  if (from === 'Archive' && tier !== 'Archive') {
    throw notImplemented('rehydrating an earlier version other than by a copy');
  }
  await setTierUpstream(world, version, tier);
  moved(world, { version, tier });
  return { reply: { status: 200, headers: {} }, billed: billedFor(from, tier) };
}

function moved({ bill, clock }: FrontWorld, { version, tier }: Change): void {
  if (version.tier === tier) return;
  bill.ended(version, clock.nowMs());
  version.tier = tier;
  version.tierSinceMs = clock.nowMs();
}

/** Towards a cooler tier it is a write of that one, towards a hotter one a read of this one. */
function billedFor(from: Tier, to: Tier): NonNullable<Handled['billed']> {
  const isCooler = TIERS.indexOf(to) > TIERS.indexOf(from);
  return isCooler ? { cost: 'write', tier: to } : { cost: 'read', tier: from };
}
