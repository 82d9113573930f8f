import type { ChangeKeysWork, RepositoryKey } from '@firn/shared/gen/firn/link/v1/work';
import {
  applyChange,
  decodeChange,
  type HeaderChange,
} from '@firn/shared/repository/header/header-change';
import { verifyHeader } from '@firn/shared/repository/header/header-layout';
import { changeHeader } from '@firn/shared/repository/header/header-store';
import { currentRootKey } from '@firn/shared/repository/header/root-keys';
import { required } from './repositories.ts';
import type { SessionContext } from './session-context.ts';

/** Changes who can open the repository. Safe to repeat: an applied change is known again. */
export async function runChangeKeys(context: SessionContext, work: ChangeKeysWork): Promise<void> {
  const { repositories, secrets, signal, events, progress, compute, entropy } = context;
  const { repositoryId, storage } = required(work.repository, 'repository');
  const key = secrets.repositories.find((each) => each.repositoryId === repositoryId);
  const rootKeys = candidatesOf(required(key, `key of repository ${repositoryId}`));
  const change = decodeChange(work.change);
  progress.set({ phase: 'changing keys' });
  const store = repositories.store(storage, signal);
  const header = await changeHeader({ store, compute }, (current) =>
    applyChange({ compute, entropy, rootKeys }, current, change),
  );
  const verified = await verifyHeader(header, compute);
  const rootKey = await currentRootKey(compute, verified, rootKeys);
  await repositories.adoptRootKey(repositoryId, rootKey);
  const { current } = verified;
  await events.log('info', describe(change, current.epoch));
  await events.emit({
    $case: 'header',
    value: {
      repositoryId,
      header: Buffer.from(header),
      nextRootKey: rootKey === key?.nextRootKey,
      encrypted: current.slots.every(({ type }) => type !== 'open'),
    },
  });
}

function candidatesOf({ rootKey, nextRootKey }: RepositoryKey): readonly Uint8Array[] {
  return nextRootKey.length === 0 ? [rootKey] : [rootKey, nextRootKey];
}

/** Who looks back finds what was done; nothing of it is secret. */
function describe(change: HeaderChange, epoch: number): string {
  switch (change.type) {
    case 'add':
      return `added ${change.slot.type} ${change.slot.id}`;
    case 'replace':
      return `changed ${change.slot.type} ${change.slotId}, which is ${change.slot.id} now`;
    case 'remove':
      return `removed ${change.slotId}`;
    case 'rotate':
      return `key epoch ${epoch} has begun, which ${change.current.slots.length} passwords or keys open`;
  }
}
