import { describe, expect, it } from 'vitest';
import {
  anItem,
  anObject,
  aRepository,
  owned,
  someBytes,
} from '../../../test/repository/test-repository.ts';
import { AppError } from '../../errors/app-error.ts';
import { utf8 } from '../bytes.ts';
import { standardLimits } from '../consolidation/choose-packs.ts';
import { strayUploadAgeMs } from '../garbage/stray-uploads.ts';
import type { Repository } from '../repository.ts';
import { foreseeMaintenance, maintainRepository } from './maintain-repository.ts';

const jobId = 'job';
const policyOf = () => ({
  policy: { type: 'snapshot' as const, keepLast: 1 },
  isAbandoned: false,
});

async function backUp(repository: Repository, sessionId: string, items: readonly string[]) {
  const session = await repository.beginSession({ jobId, sessionId, attempt: 1 });
  const writer = await session.object(anObject('a'));
  for (const item of items) await writer.putItem(anItem(item), someBytes(item, 300_000));
  await writer.finish({ syncState: utf8(sessionId), mode: 'incremental', counts: {} });
  await session.commit({ done: true });
}

/** Many small packs. */
async function aScatteredRepository() {
  const stored = await aRepository();
  const repository = await owned(stored);
  for (let n = 1; n <= standardLimits.smallPacksMin; n += 1) {
    await backUp(repository, `s${n}`, [`item-${n}`]);
  }
  return { ...stored, repository };
}

describe('what a dry run of retention says of consolidation', () => {
  it('is what the run then does', async () => {
    const { repository, store } = await aScatteredRepository();
    const writes = store.writes.length;
    const { consolidates } = await foreseeMaintenance(repository.context, { policyOf });
    expect(store.writes.slice(writes)).toEqual(['hint/clock']);
    const { consolidated } = await maintainRepository(repository.context, {
      ...{ sessionId: 'm1', policyOf },
    });
    const { packs, bytes, segments } = consolidated;
    expect(packs).toBe(standardLimits.smallPacksMin);
    expect(consolidates).toMatchObject({ packs, bytes, segments });
    // Footers come on top.
    expect(consolidates.writtenBytes).toBeGreaterThan(bytes * 0.9);
    expect(consolidated.writtenBytes).toBeGreaterThanOrEqual(consolidates.writtenBytes);
  });
});

describe('retention, of uploads that nobody ended', () => {
  async function maintained(abortStrays: (prefix: string, beforeMs: number) => Promise<number>) {
    const stored = await aRepository();
    stored.store.advance(2 * strayUploadAgeMs);
    Object.assign(stored.store, { abortStrays });
    const repository = await owned(stored);
    await backUp(repository, 's1', ['item']);
    return maintainRepository(repository.context, { sessionId: 'm1', policyOf });
  }

  it('ends those that were begun a week ago, by the time of the storage', async () => {
    const asked: number[] = [];
    const { uploadsAborted } = await maintained(async (_, beforeMs) => {
      asked.push(beforeMs);
      return 3;
    });
    expect(uploadsAborted).toBe(3);
    expect(asked).toHaveLength(1);
    expect(Math.round((asked[0] ?? 0) / strayUploadAgeMs)).toBe(1);
  });

  it('goes without where the permission to list them is missing', async () => {
    const denied = new AppError('E_STORAGE_DENIED', 'status 403 AccessDenied');
    const { uploadsAborted, points } = await maintained(() => Promise.reject(denied));
    expect(uploadsAborted).toBeUndefined();
    expect(points).toEqual([]);
  });

  it('fails with all else that the storage says', async () => {
    const away = new AppError('E_STORAGE_UNAVAILABLE', 'no answer');
    await expect(maintained(() => Promise.reject(away))).rejects.toBe(away);
  });
});

describe('what a class bills for a least time', () => {
  const dayMs = 86_400_000;
  const minimumDays = { hot: 90 };

  it('is deleted when that is over, and not before', async () => {
    const { repository, store } = await aScatteredRepository();
    const options = { policyOf, minimumDays };
    const run = (sessionId: string) =>
      maintainRepository(repository.context, { ...options, sessionId });
    await run('m1');
    await run('m2');
    const condemned = [...repository.log.state.condemned.keys()];
    expect(condemned.length).toBeGreaterThan(0);
    store.advance(30 * dayMs);
    const { swept, kept } = await run('m3');
    expect(swept).toEqual([]);
    expect(kept[0]?.packs).toBe(condemned.length);
    expect(condemned.every((name) => store.blobs.has(name))).toBe(true);
    const { frees } = await foreseeMaintenance(repository.context, options);
    expect((frees[0]?.atMs ?? 0) - 90 * dayMs).toBeLessThan(dayMs);
    store.advance(61 * dayMs);
    await run('m4');
    expect(condemned.some((name) => store.blobs.has(name))).toBe(false);
  });
});
