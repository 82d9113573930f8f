import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BlobLocks, BlobStore, HiddenBlob } from '../repository/ports.ts';

export interface LockedStoreUnderTest {
  /** Empty, with locks. */
  readonly store: BlobStore;
  /** Deletes a blob as somebody who does not know of versions does. */
  readonly deletePlainly: (name: string) => Promise<void>;
  /** Default true. Some stand-ins shorten what they were told to. */
  readonly neverShortens?: boolean;
  readonly close: () => Promise<void>;
}

const hourMs = 3_600_000;

/** Every object store that can lock blobs obeys this. */
export function describeBlobLocks(name: string, make: () => Promise<LockedStoreUnderTest>): void {
  describe(`${name} as a store with locks`, () => {
    let tested: LockedStoreUnderTest;
    beforeAll(async () => {
      tested = await make();
    });
    afterAll(() => tested?.close());
    describeRetention(
      () => tested.store,
      () => tested.neverShortens ?? true,
    );
    describeHidden(() => tested);
  });
}

function describeRetention(store: () => BlobStore, neverShortens: () => boolean): void {
  it('tells until when a blob is locked, and refuses to delete it', async () => {
    const untilMs = await hoursFromNow(store(), 1);
    await store().put('locked/a', text('kept'), { ifAbsent: true, retainUntilMs: untilMs });
    expect(await store().head('locked/a')).toMatchObject({ lockedUntilMs: untilMs });
    await expect(store().delete('locked/a')).rejects.toMatchObject({ code: 'E_BLOB_LOCKED' });
    expect(string((await store().get('locked/a')).bytes)).toBe('kept');
  });

  it('locks streams as well', async () => {
    const untilMs = await hoursFromNow(store(), 1);
    async function* body() {
      yield text('streamed');
    }
    await store().putStream('locked/stream', body(), { retainUntilMs: untilMs });
    await expect(store().delete('locked/stream')).rejects.toMatchObject({ code: 'E_BLOB_LOCKED' });
  });

  it('prolongs a retention, and never shortens it', async () => {
    const [soon, late] = [await hoursFromNow(store(), 1), await hoursFromNow(store(), 48)];
    await store().put('locked/longer', text('a'), { retainUntilMs: soon });
    await locksOf(store()).retain('locked/longer', late);
    if (neverShortens()) await locksOf(store()).retain('locked/longer', soon);
    expect((await store().head('locked/longer'))?.lockedUntilMs).toBe(late);
  });

  it('locks what was put without a retention', async () => {
    await store().put('locked/later', text('a'));
    expect((await store().head('locked/later'))?.lockedUntilMs).toBeUndefined();
    await locksOf(store()).retain('locked/later', await hoursFromNow(store(), 1));
    await expect(store().delete('locked/later')).rejects.toMatchObject({ code: 'E_BLOB_LOCKED' });
  });

  it('deletes what is not locked, and nothing of it can be brought back', async () => {
    await store().put('free/a', text('a'));
    await store().delete('free/a');
    await store().delete('free/a');
    expect(await store().head('free/a')).toBeUndefined();
    expect(await hidden(store(), 'free/')).toEqual([]);
    await expect(locksOf(store()).unhide('free/a')).rejects.toMatchObject({
      code: 'E_BLOB_NOT_FOUND',
    });
  });
}

function describeHidden(tested: () => LockedStoreUnderTest): void {
  it('brings back what was deleted without knowing of its lock', async () => {
    const { store, deletePlainly } = tested();
    const retainUntilMs = await hoursFromNow(store, 1);
    await store.put('hidden/deleted', text('precious'), { retainUntilMs });
    await deletePlainly('hidden/deleted');
    expect(await store.head('hidden/deleted')).toBeUndefined();
    expect(await hidden(store, 'hidden/deleted')).toMatchObject([
      { name: 'hidden/deleted', size: 8, how: 'deleted' },
    ]);
    await locksOf(store).unhide('hidden/deleted');
    expect(string((await store.get('hidden/deleted')).bytes)).toBe('precious');
    expect(await hidden(store, 'hidden/deleted')).toEqual([]);
  });

  it('brings back what was put first when it was replaced', async () => {
    const { store } = tested();
    const retainUntilMs = await hoursFromNow(store, 1);
    await store.put('hidden/replaced', text('first'), { retainUntilMs });
    await store.put('hidden/replaced', text('ransom note'));
    expect(await hidden(store, 'hidden/replaced')).toMatchObject([
      { name: 'hidden/replaced', size: 5, how: 'replaced' },
    ]);
    await locksOf(store).unhide('hidden/replaced');
    expect(string((await store.get('hidden/replaced')).bytes)).toBe('first');
  });

  it('lists in order of names, and only what begins with the prefix', async () => {
    const { store, deletePlainly } = tested();
    const retainUntilMs = await hoursFromNow(store, 1);
    for (const name of ['order/b', 'order/a', 'order/a-1', 'orders/c']) {
      await store.put(name, text(name), { retainUntilMs });
      await deletePlainly(name);
    }
    await store.put('order/seen', text('a'), { retainUntilMs });
    const names = (await hidden(store, 'order/')).map(({ name }) => name);
    expect(names).toEqual(['order/a', 'order/a-1', 'order/b']);
  });
}

function locksOf(store: BlobStore): BlobLocks {
  if (store.locks === undefined) throw new Error('the store has no locks');
  return store.locks;
}

/** In whole seconds, which is what storages keep. */
async function hoursFromNow(store: BlobStore, hours: number): Promise<number> {
  const nowMs = await locksOf(store).now();
  return Math.ceil(nowMs / 1_000) * 1_000 + hours * hourMs;
}

async function hidden(store: BlobStore, prefix: string): Promise<HiddenBlob[]> {
  const found: HiddenBlob[] = [];
  for await (const blob of locksOf(store).listHidden(prefix)) found.push(blob);
  return found;
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function string(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
