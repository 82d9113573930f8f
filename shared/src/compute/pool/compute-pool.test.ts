import { afterEach, describe, expect, it } from 'vitest';
import type { Workspace } from '../../repository/batch-compute.ts';
import { describeBatchCompute } from '../batch-compute.contract.ts';
import { ComputePool, type ComputePoolOptions } from './compute-pool.ts';

const open = new Set<ComputePool>();

function aPool(options?: ComputePoolOptions): ComputePool {
  const pool = new ComputePool(options);
  open.add(pool);
  return pool;
}

afterEach(async () => {
  for (const pool of open) await pool.close();
  open.clear();
});

function containing(pool: ComputePool, text: string): Workspace {
  const workspace = pool.workspace(100);
  workspace.bytes.set(Buffer.from(text));
  return workspace;
}

const secret = new Uint8Array(32);
const six = [{ start: 0, length: 6 }];

describe('on worker threads', () => {
  let pool: ComputePool | undefined;
  afterEach(() => {
    pool = undefined;
  });

  describeBatchCompute(() => {
    pool ??= aPool({ threads: 2 });
    return pool;
  });

  it('tells who waited when a thread crashes, and goes on with another', async () => {
    const thread = new URL('./test-crashing-thread.ts', import.meta.url);
    const crashing = aPool({ threads: 1, thread });
    const [poisoned, other] = await Promise.allSettled([
      crashing.contentIds(secret, containing(crashing, 'poison'), six),
      crashing.contentIds(secret, containing(crashing, 'potion'), six),
    ]);
    expect(poisoned).toMatchObject({ reason: { code: 'E_COMPUTE_FAILED' } });
    expect(other).toMatchObject({ reason: { code: 'E_COMPUTE_FAILED' } });
    const again = crashing.contentIds(secret, containing(crashing, 'potion'), six);
    expect(await again).toHaveLength(1);
  });

  it('refuses work once it is closed', async () => {
    const closed = aPool();
    await closed.close();
    await expect(closed.contentIds(secret, closed.workspace(6), six)).rejects.toMatchObject({
      code: 'E_COMPUTE_FAILED',
    });
  });

  it('uses released memory again', () => {
    const reusing = aPool();
    const first = reusing.workspace(1_000);
    first.release();
    const again = reusing.workspace(1_000);
    expect(again.bytes.buffer).toBe(first.bytes.buffer);
    expect(again.bytes.byteOffset).toBe(first.bytes.byteOffset);
  });
});
