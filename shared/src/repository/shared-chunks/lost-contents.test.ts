import { describe, expect, it } from 'vitest';
import { copyPoint } from '../../../test/repository/copying.ts';
import { flipped } from '../../../test/repository/damaging.ts';
import {
  anItem,
  anObject,
  aRepository,
  collected,
  openedPastDamage,
  owned,
  someBytes,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { utf8 } from '../bytes.ts';
import { checkRepository } from '../check/check-repository.ts';
import { standardLimits } from '../consolidation/choose-packs.ts';
import { maintainRepository } from '../maintenance/maintain-repository.ts';
import { repairRepository } from '../repair/repair-repository.ts';
import type { Repository } from '../repository.ts';
import { MemorySharedChunkIndex } from './memory-shared-chunk-index.ts';

const file = someBytes('attachment', 300_001);

/** A repository whose processes share one index; a job has stored the file there. */
async function start() {
  const stored = { ...(await aRepository()), sharedChunks: new MemorySharedChunkIndex() };
  const repository = await owned(stored);
  await backUp(repository, 'job', 's1');
  return { stored, repository };
}

/** The pack that holds the file. */
function packOf({ store }: TestRepository): string {
  return store.names('packs/')[0] ?? '';
}

function damagePack(stored: TestRepository): void {
  const pack = packOf(stored);
  stored.store.set(pack, flipped(stored.store.bytes(pack), 150_000));
}

async function backUp(repository: Repository, jobId: string, sessionId: string): Promise<void> {
  const session = await repository.beginSession({ jobId, sessionId, attempt: 1 });
  const writer = await session.object(anObject('mailbox'));
  await writer.putItem(anItem('item'), file);
  await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
  await session.commit({ done: true });
}

/** The file's bytes, or why they cannot be read. */
async function readBack(repository: Repository, jobId: string, pointId: string) {
  const point = await repository.openPoint({ jobId, pointId });
  const reader = await point.object('mailbox');
  const item = await reader.item('item');
  expect(item).toBeDefined();
  if (item === undefined) return undefined;
  const bytes = await collected(reader.content(item)).catch((error: unknown) => error);
  return bytes instanceof Uint8Array && Buffer.compare(bytes, file) === 0 ? 'read' : bytes;
}

async function drained(findings: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of findings);
}

describe('a shared content that is lost', () => {
  it('is stored anew when its pack is gone', async () => {
    const { stored, repository } = await start();
    await stored.store.delete(packOf(stored));
    await backUp(repository, 'other', 's2');
    expect(await readBack(repository, 'other', 's2')).toBe('read');
  });

  it('is stored anew when its pack was cut off', async () => {
    const { stored, repository } = await start();
    const { store } = stored;
    store.set(packOf(stored), store.bytes(packOf(stored)).subarray(0, 200_000));
    await backUp(repository, 'other', 's2');
    expect(await readBack(repository, 'other', 's2')).toBe('read');
  });

  it('is stored anew by the next backup of the item that a repair has marked', async () => {
    const { stored } = await start();
    damagePack(stored);
    const repairing = await openedPastDamage(stored);
    await repairing.takeOwnership('repairing');
    const options = { sessionId: 'repair', dryRun: false, readData: true };
    await drained(repairRepository(repairing, options));
    await backUp(repairing, 'job', 's2');
    expect(await readBack(repairing, 'job', 's2')).toBe('read');
  });

  it('is stored anew after a check has found its pack damaged', async () => {
    const { stored, repository } = await start();
    damagePack(stored);
    await drained(checkRepository(await openedPastDamage(stored), { readData: true }));
    await backUp(repository, 'other', 's2');
    expect(await readBack(repository, 'other', 's2')).toBe('read');
  });

  it('is stored anew after somebody has failed to read it', async () => {
    const { stored, repository } = await start();
    damagePack(stored);
    expect(await readBack(repository, 'job', 's1')).toMatchObject({ code: 'E_REPOSITORY_DAMAGED' });
    await backUp(repository, 'other', 's2');
    expect(await readBack(repository, 'other', 's2')).toBe('read');
  });

  it('is stored anew after a copy has failed to read it', async () => {
    const { stored, repository } = await start();
    damagePack(stored);
    await copyPoint({ from: stored, to: await aRepository('copy'), pointId: 's1' });
    await backUp(repository, 'other', 's2');
    expect(await readBack(repository, 'other', 's2')).toBe('read');
  });
});

describe('a shared content that consolidation has moved', () => {
  const dayMs = 24 * 60 * 60 * 1000;

  async function maintain(repository: Repository, sessionId: string) {
    return maintainRepository(repository.context, {
      sessionId,
      limits: { ...standardLimits, smallPacksMin: 1 },
      policyOf: () => ({ policy: { type: 'snapshot', keepLast: 9 }, isAbandoned: false }),
    });
  }

  it('is found where it lies, or stored anew: never looked for where it lay', async () => {
    const { stored, repository } = await start();
    const before = packOf(stored);
    let moved = 0;
    for (let round = 0; round < 4; round += 1) {
      const { consolidated } = await maintain(repository, `m${round}`);
      moved += consolidated.segments;
      await backUp(repository, `round-${round}`, `r${round}`);
      expect(await readBack(repository, `round-${round}`, `r${round}`)).toBe('read');
      stored.store.advance(8 * dayMs);
    }
    expect(moved).toBeGreaterThan(0);
    expect(stored.store.names('packs/')).not.toContain(before);
    for (const point of repository.restorePoints()) {
      expect(await readBack(repository, point.jobId, point.pointId)).toBe('read');
    }
  });
});
