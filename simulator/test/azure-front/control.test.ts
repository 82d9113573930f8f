import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FrontTestWorld, refusal, textOf } from './front-test-world.ts';

const GB = 2 ** 30;
const perRequest = 1 / 10_000;
const month = 730;

interface Meter {
  readonly requests: Readonly<Record<string, number>>;
  readonly operations: Readonly<Record<string, number>>;
  readonly rehydrations: Readonly<Record<string, number>>;
  readonly bytesRehydrated: number;
  readonly dollars: { readonly requests: number; readonly retrieval: number };
  readonly storage: {
    readonly gbMonths: Readonly<Record<string, number>>;
    readonly dollars: number;
    readonly earlyDeletionDollars: number;
  };
}

let world: FrontTestWorld;
beforeAll(async () => {
  world = await FrontTestWorld.start();
});
beforeEach(() => world.begin());
// what lies there is billed
afterEach(() => world.container.delete());
afterAll(() => world?.close());

function meter(): Promise<Meter> {
  return world.admin<Meter>('GET', 'meter');
}

describe('the meter', () => {
  it('counts writes by tier, reads, listings, and nothing for deletions', async () => {
    const hot = await world.put('hot', 'text');
    await world.put('cold', 'text', 'Archive');
    await textOf(hot);
    for await (const _ of world.container.listBlobsFlat());
    await hot.delete();
    const { requests, dollars, operations } = await meter();
    expect(operations).toMatchObject({ PutBlob: 2, ListBlobs: 1, DeleteBlob: 1 });
    expect(requests).toMatchObject({ write: 2, list: 1, free: 1 });
    const read = (operations['GetBlob'] ?? 0) * 0.0044;
    const others = (operations['GetBlobProperties'] ?? 0) * 0.0044;
    expect(dollars.requests).toBeCloseTo((0.055 + 0.11 + 0.055 + read + others) * perRequest, 12);
  });

  it('bills what comes out of the archive by its priority', async () => {
    const cold = await world.put('cold', 'x'.repeat(1000), 'Archive');
    const before = await meter();
    await world.copy(cold, world.blob('fast'), 'High');
    await world.copy(cold, world.blob('slow'));
    const after = await meter();
    expect(after.rehydrations).toEqual({ Standard: 1, High: 1 });
    expect(after.bytesRehydrated).toBe(2000);
    const gb = 1000 / GB;
    expect(after.dollars.retrieval).toBeCloseTo(gb * 0.1 + gb * 0.022, 15);
    const asked = after.dollars.requests - before.dollars.requests;
    expect(asked).toBeCloseTo((50 + 5.5 + 2 * 0.055) * perRequest, 12);
  });

  it('bills high priority as standard when it took more than five hours', async () => {
    await world.admin('POST', 'rehydrations', { highBytesPerHour: 10 });
    const cold = await world.put('cold', 'x'.repeat(60), 'Archive');
    await world.copy(cold, world.blob('warm'), 'High');
    expect((await meter()).rehydrations).toEqual({ Standard: 1, High: 0 });
    await world.admin('POST', 'rehydrations', { highBytesPerHour: 10 * GB });
    await world.advance(6);
  });

  it('bills storage by time, and early deletion by what is left', async () => {
    const bytes = 'x'.repeat(1000);
    const gb = bytes.length / GB;
    const cool = await world.put('cool', bytes, 'Cool');
    const cold = await world.put('cold', bytes, 'Cold');
    const archive = await world.put('archive', bytes, 'Archive');
    await world.advance(10 * 24);
    for (const blob of [cool, cold, archive]) await blob.delete();
    const { storage } = await meter();
    const stored = (0.0115 + 0.0045 + 0.002) * gb * ((10 * 24) / month);
    expect(storage.dollars / stored).toBeCloseTo(1, 3);
    const left = (0.0115 * 20 + 0.0045 * 80 + 0.002 * 170) * gb * (24 / month);
    expect(storage.earlyDeletionDollars / left).toBeCloseTo(1, 3);
  });

  it('bills early deletion when an archived blob itself is thawed, not when it is copied', async () => {
    const [one, two] = [await world.put('a', 'x', 'Archive'), await world.put('b', 'x', 'Archive')];
    await world.copy(two, world.blob('copy'));
    expect((await meter()).storage.earlyDeletionDollars).toBe(0);
    await one.setAccessTier('Hot');
    expect((await meter()).storage.earlyDeletionDollars).toBeGreaterThan(0);
  });

  it('takes other prices', async () => {
    await world.admin('POST', 'meter/prices', { list: 10_000, tiers: { Hot: { storage: 1 } } });
    for await (const _ of world.container.listBlobsFlat());
    expect((await meter()).dollars.requests).toBeCloseTo(1, 6);
    await world.admin('POST', 'meter/prices', { list: 0.055, tiers: { Hot: { storage: 0.0208 } } });
  });
});

describe('faults', () => {
  it('refuse on demand, or lose the answer', async () => {
    const rule = { route: 'PutBlob', count: 1 };
    await world.admin('POST', 'faults', { ...rule, action: { status: 503, code: 'ServerBusy' } });
    expect(await refusal(world.put('a', 'text'))).toEqual(['ServerBusy', 503]);
    expect(await world.blob('a').exists()).toBe(false);
    await world.admin('POST', 'faults', { ...rule, action: { applyFirst: true, drop: true } });
    await expect(world.put('a', 'text')).rejects.toThrow();
    expect(await textOf(world.blob('a'))).toBe('text');
    await world.admin('DELETE', 'faults');
  });
});

describe('the front', () => {
  it('lets Azurite verify signatures, and refuses what it does not know by its name', async () => {
    const reader = world.signed('r').getBlockBlobClient('a');
    expect((await refusal(reader.upload('x', 1)))[1]).toBe(403);
    await world.put('a', 'text');
    expect(await textOf(reader)).toBe('text');
    expect((await refusal(world.blob('a').setMetadata({ a: 'b' })))[0]).toBe('NotImplemented');
    expect((await refusal(world.blob('a').createSnapshot()))[0]).toBe('NotImplemented');
  });

  it('uploads in blocks', async () => {
    const blob = world.blob('blocks');
    await blob.stageBlock(Buffer.from('1').toString('base64'), 'one', 3);
    await blob.stageBlock(Buffer.from('2').toString('base64'), 'two', 3);
    const ids = ['1', '2'].map((id) => Buffer.from(id).toString('base64'));
    await blob.commitBlockList(ids, { tier: 'Cool' });
    expect(await textOf(blob)).toBe('onetwo');
    expect((await meter()).operations).toMatchObject({ PutBlock: 2, PutBlockList: 1 });
  });

  it('gives ranges, and tells times by its own clock', async () => {
    await world.advance(1000);
    const blob = await world.put('a', '0123456789');
    expect((await blob.downloadToBuffer(2, 3)).toString()).toBe('234');
    const { lastModified, date } = await blob.getProperties();
    expect(lastModified?.getTime()).toBeGreaterThan(Date.now() + 900 * 3_600_000);
    expect(date?.getTime()).toBeGreaterThanOrEqual(lastModified?.getTime() ?? 0);
  });
});
