import { beforeEach, describe, expect, it } from 'vitest';
import { aStoredBackup, checked } from '../../../test/repository/damaging.ts';
import { onStore, repaired } from '../../../test/repository/repairing.ts';
import { opened, owned, type TestRepository } from '../../../test/repository/test-repository.ts';
import { collectGarbage } from '../garbage/collect-garbage.ts';
import { sweepGraceMs } from '../log/garbage.ts';

/** What an undelete does too late: the blobs are lost, a repair marks it, and they come back. */
async function lostAndPutBack(
  stored: TestRepository,
  isLost: (name: string) => boolean,
): Promise<TestRepository> {
  const store = stored.store.fork();
  const names = store.names().filter(isLost);
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) store.blobs.delete(name);
  const broken = onStore(stored, store);
  await repaired(broken);
  for (const name of names) store.set(name, stored.store.bytes(name));
  return broken;
}

const errors = async (stored: TestRepository) =>
  (await checked(stored)).filter(({ severity }) => severity === 'error');

describe('blobs that come back after a repair', () => {
  let stored: TestRepository;
  beforeEach(async () => {
    stored = await aStoredBackup(3);
  });

  it.each([
    ['data packs', (name: string) => name.startsWith('packs/')],
    ['records and catalogs', (name: string) => name.startsWith('meta/') && name.includes('-s2-')],
    ['keys', (name: string) => /^keys\/[0-9a-f]{32}$/.test(name)],
  ])('change nothing that is shown, and become garbage: %s', async (_, isLost) => {
    const broken = await lostAndPutBack(stored, isLost);
    const shown = await listedByAll(broken);
    expect(await errors(broken)).toEqual([]);
    expect(await repaired(broken, { readData: true })).toEqual([]);
    await collectGarbage((await owned(broken)).context);
    broken.store.advance(sweepGraceMs + 1);
    await collectGarbage((await owned(broken)).context);
    expect(await listedByAll(broken)).toEqual(shown);
    expect(await errors(broken)).toEqual([]);
  });

  it('are told, and not taken up, when they are entries of the log', async () => {
    const commitOfS2 = stored.store.names('log/').at(4);
    const broken = await lostAndPutBack(stored, (name) => name === commitOfS2);
    const points = (await opened(broken)).restorePoints().map(({ pointId }) => pointId);
    expect(points).toEqual(['s1', 's3']);
    const found = (await errors(broken)).map(({ code, blob }) => [code, blob.split('/')[0]]);
    expect(found).toEqual([['E_CHECKPOINT_DAMAGED', 'checkpoint']]);
    expect(await repaired(broken)).toEqual([]);
  });
});

/** `<point>/<object>` and how many items of it can be read. */
async function listedByAll(stored: TestRepository): Promise<readonly string[]> {
  const repository = await opened(stored);
  const listed: string[] = [];
  for (const { jobId, pointId } of repository.restorePoints()) {
    const point = await repository.openPoint({ jobId, pointId });
    for await (const { objectId, failure } of point.objects()) {
      let readable = 0;
      const reader = failure === undefined ? await point.object(objectId) : undefined;
      for await (const read of reader?.readInPackOrder() ?? []) {
        if (read.failure === undefined) readable += 1;
      }
      listed.push(`${pointId}/${objectId}: ${failure?.code ?? readable}`);
    }
  }
  return listed;
}
