import { describe, expect, it } from 'vitest';
import { AppError } from '../../errors/app-error.ts';
import type { BlobStore, PutOptions } from '../../repository/ports.ts';
import { ManualClock } from '../../time/manual-clock.ts';
import { systemClock } from '../../time/system-clock.ts';
import { MemoryStore } from '../memory/memory-store.ts';
import type { TestedStorage } from './storage-check.ts';
import { testStorage } from './test-storage.ts';

const scale = { largeBytes: 10_000, smallObjects: 30 };

function tested(store: BlobStore, more: Partial<TestedStorage> = {}) {
  return { store, root: 'run/try/', storageClass: 'hot' as const, clock: systemClock, ...more };
}

async function failuresOf(store: BlobStore, more: Partial<TestedStorage> = {}) {
  const { findings } = await testStorage(tested(store, more));
  return findings.filter(({ outcome }) => outcome !== 'passed');
}

describe('the test of a storage', () => {
  it('passes a good one, measures it, and leaves nothing behind', async () => {
    const store = new MemoryStore();
    const report = await testStorage({ ...tested(store), scale });
    expect(report.findings.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect(report.usable).toBe(true);
    expect(report.speed?.uploadEightStreams).toBeGreaterThan(0);
    for await (const { name } of store.list('')) expect.unreachable(name);
  });

  it('finds one that ignores the condition of a put', async () => {
    class Careless extends MemoryStore {
      override put(name: string, body: Uint8Array, { ifAbsent: _, ...options }: PutOptions = {}) {
        return super.put(name, body, options);
      }
    }
    const checks = (await failuresOf(new Careless())).map(({ check }) => check);
    expect(checks).toEqual(['conditional put', 'concurrent puts', 'upload in parts']);
  });

  it('stops when it cannot even put', async () => {
    class Denied extends MemoryStore {
      override async put(): Promise<void> {
        throw new AppError('E_STORAGE_DENIED', 'put failed: status 403 AccessDenied');
      }
    }
    const { findings, usable } = await testStorage(tested(new Denied()));
    expect(findings.map(({ check }) => check)).toEqual(['put and read', 'clean-up']);
    expect(usable).toBe(false);
  });

  it('finds one that lists in another order', async () => {
    class Disordered extends MemoryStore {
      override async *list(prefix: string) {
        const all = [];
        for await (const info of super.list(prefix)) all.push(info);
        yield* all.reverse();
      }
    }
    expect(await failuresOf(new Disordered())).toMatchObject([
      { check: 'list', outcome: 'failed', message: 'it lists in another order' },
    ]);
  });

  it('names the permission that is missing', async () => {
    class WithoutCopy extends MemoryStore {
      override async copy(): Promise<void> {
        throw new AppError('E_STORAGE_DENIED', 'copy failed: status 403 AccessDenied');
      }
    }
    const [failure] = await failuresOf(new WithoutCopy());
    expect(failure).toMatchObject({ check: 'copy', outcome: 'failed' });
    expect(failure?.message).toContain('s3:PutObject');
  });

  it('warns of a clock that is far off', async () => {
    const store = new MemoryStore({ clock: new ManualClock(1_000_000) });
    const [failure] = await failuresOf(store, { clock: new ManualClock(2_000_000) });
    expect(failure).toMatchObject({
      check: 'clock',
      outcome: 'warning',
      message: 'it is 1000 s behind this machine',
    });
  });

  it('warns of versions that no lock needs', async () => {
    const bucketState = async () => ({ versioning: 'on' as const, objectLock: false });
    const [failure] = await failuresOf(new MemoryStore(), { bucketState });
    expect(failure).toMatchObject({ check: 'versions and locks', outcome: 'warning' });
  });

  it('removes what killed tries of the run left, and of other runs what is old', async () => {
    const clock = new ManualClock(1_000_000);
    const store = new MemoryStore({ clock });
    await store.put('killed/try/once', new Uint8Array());
    clock.advance(61 * 60_000);
    await store.put('run/earlier-try/once', new Uint8Array());
    await store.put('running/try/once', new Uint8Array());
    await testStorage(tested(store, { clock }));
    const left: string[] = [];
    for await (const { name } of store.list('')) left.push(name);
    expect(left).toEqual(['running/try/once']);
  });

  it('says what it could not remove', async () => {
    class Kept extends MemoryStore {
      override async delete(name: string): Promise<void> {
        if (name.endsWith('/once')) throw new AppError('E_BLOB_LOCKED', 'locked until tomorrow');
        await super.delete(name);
      }
    }
    const [failure] = await failuresOf(new Kept());
    expect(failure).toMatchObject({ check: 'clean-up', outcome: 'warning' });
    expect(failure?.message).toContain('locked until tomorrow');
  });
});
