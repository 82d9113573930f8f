import { beforeAll, describe, expect, it } from 'vitest';
import { copyPoint } from '../../../test/repository/copying.ts';
import { aStoredBackup, checked, flipped } from '../../../test/repository/damaging.ts';
import { damageRuns, onStore, repaired, shownByAll } from '../../../test/repository/repairing.ts';
import {
  aRepository,
  owned,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { standardLimits } from '../consolidation/choose-packs.ts';
import { maintainRepository } from '../maintenance/maintain-repository.ts';
import { warmName } from '../retrieve/warm-name.ts';

/** Points in the archive and in tails. */
async function aColdCopy(): Promise<TestRepository> {
  const from = await aStoredBackup();
  const to = await aRepository('target');
  // Wherever contents are cut, it has several packs.
  const packBytes = 200_000;
  for (const pointId of ['s1', 's2']) await copyPoint({ from, to, pointId, packBytes });
  return to;
}

/** As if everything could be read. */
function thawed(stored: TestRepository): TestRepository {
  const warm = onStore(stored, stored.store.fork());
  for (const name of warm.store.names('packs/')) warm.store.thawInPlace(name);
  return warm;
}

async function problemsOf(stored: TestRepository) {
  const found = await checked(stored);
  return found.filter(({ severity }) => severity !== 'note').map(({ code, blob }) => [code, blob]);
}

describe('manifests of archived packs', () => {
  let stored: TestRepository;
  let first: string;
  let second: string;
  beforeAll(async () => {
    stored = await aColdCopy();
    [first = '', second = ''] = stored.store.names('manifests/');
    expect(second).not.toBe('');
  });

  function damaged(): TestRepository {
    const broken = onStore(stored, stored.store.fork());
    broken.store.blobs.delete(first);
    broken.store.set(second, flipped(broken.store.bytes(second), 60));
    return broken;
  }

  it('are told by check when they are gone or do not open', async () => {
    expect(await problemsOf(stored)).toEqual([]);
    expect(await problemsOf(damaged())).toEqual([
      ['E_MANIFEST_DAMAGED', first],
      ['E_MANIFEST_DAMAGED', second],
    ]);
  });

  it('are left by repair while the pack cannot be read', async () => {
    const broken = damaged();
    const told = await repaired(broken);
    expect(told.map(({ code, blob }) => [code, blob])).toEqual([
      ['E_REPAIR_LEFT', first],
      ['E_REPAIR_LEFT', second],
    ]);
  });

  it('are made anew by what a retrieval has thawed', async () => {
    const broken = damaged();
    for (const pack of broken.store.names('packs/')) {
      broken.store.set(warmName('retrieval', pack), broken.store.bytes(pack));
    }
    const told = await repaired(broken);
    expect(told.map(({ code, blob }) => [code, blob])).toEqual([
      ['E_REPAIR_DONE', first],
      ['E_REPAIR_DONE', second],
    ]);
    expect(await problemsOf(broken)).toEqual([]);
    expect(await repaired(broken)).toEqual([]);
  });

  it.each(['index', 'table'] as const)(
    'say where contents lie that a lost %s told of',
    async (kind) => {
      const before = await shownByAll(thawed(stored));
      const broken = onStore(stored, await damageRuns(stored, kind));
      const codes = (await repaired(broken)).map(({ code }) => code);
      expect(codes).not.toContain('E_REPAIR_LEFT');
      expect(await shownByAll(thawed(broken))).toEqual(before);
    },
  );

  it('say where sealed tails lie when the relocation table is lost', async () => {
    const sealed = onStore(stored, stored.store.fork());
    await maintainRepository((await owned(sealed)).context, {
      sessionId: 'maintenance',
      policyOf: () => ({ policy: { type: 'snapshot' }, isAbandoned: false }),
      limits: { ...standardLimits, smallPacksMin: 1_000 },
      sealing: { storageClass: 'archive', packBytes: 600_000, all: true },
    });
    const before = await shownByAll(thawed(sealed));
    for (const name of sealed.store.names('meta/')) {
      if (!name.includes('-maintenance-')) continue;
      sealed.store.set(name, flipped(sealed.store.bytes(name), 60));
    }
    for (const name of sealed.store.names('tails/')) sealed.store.blobs.delete(name);
    const codes = (await repaired(sealed)).map(({ code }) => code);
    expect(codes).toContain('E_REPAIR_DONE');
    expect(codes).not.toContain('E_REPAIR_LEFT');
    expect(await shownByAll(thawed(sealed))).toEqual(before);
    expect(await problemsOf(sealed)).toEqual([]);
  });
});
