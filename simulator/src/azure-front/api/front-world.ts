import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { RehydrationDesk } from '../control/rehydration-desk.ts';
import type { StorageBill } from '../control/storage-bill.ts';
import type { BlobVersion, StoredPlace } from '../domain/blob-record.ts';
import type { Ledger } from '../domain/ledger.ts';
import type { Upstream } from '../http/upstream.ts';
import type { SignedAccount } from '../signing/shared-access-signature.ts';
import type { NameLocks } from './name-locks.ts';

/** Where Azurite has earlier versions. */
export const VERSIONS_CONTAINER = 'azure-front-versions';

/** What operations work on. */
export interface FrontWorld {
  readonly account: SignedAccount;
  readonly upstream: Upstream;
  readonly ledger: Ledger;
  readonly desk: RehydrationDesk;
  readonly bill: StorageBill;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly locks: NameLocks;
  /** On their way out of the archive tier. */
  readonly rehydrating: Set<BlobVersion>;
}

export function placeOf({ container, blob }: { container: string; blob: string }): StoredPlace {
  return { container, name: blob };
}

/** It is deleted or overwritten. */
export function endVersion({ bill, rehydrating, clock }: FrontWorld, version: BlobVersion): void {
  bill.ended(version, clock.nowMs());
  version.isGone = true;
  rehydrating.delete(version);
}
