import { expect, it } from 'vitest';
import { copyPoint } from '../../../test/repository/copying.ts';
import { aDamagedCopy, aStoredBackup, checked } from '../../../test/repository/damaging.ts';
import { aRepository, opened } from '../../../test/repository/test-repository.ts';

it('copies all other objects when the catalog of one cannot be read', async () => {
  const stored = await aStoredBackup();
  const { keys } = (await opened(stored)).context;
  const ids = stored.store.names('keys/').map((name) => name.slice('keys/'.length));
  const owners = await Promise.all(ids.map((id) => keys.ownerOf(id)));
  const own = owners.find((owner) => owner?.objectId === 'mailbox-1');
  const from = aDamagedCopy(stored, (store) => store.blobs.delete(`keys/${own?.id}`));
  const to = await aRepository('target');
  const { finished } = await copyPoint({ from, to, pointId: 's2', storageClass: 'hot' });
  const outcomes = finished.map(({ objectId, status, failure }) => [
    objectId,
    status,
    failure?.code,
  ]);
  expect(outcomes.sort()).toEqual([
    ['mailbox-1', 'failed', 'E_REPOSITORY_DAMAGED'],
    ['mailbox-2', 'copied', undefined],
  ]);
  expect(await checked(to)).toEqual([]);
});
