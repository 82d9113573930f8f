import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FrontTestWorld, refusal, textOf } from './front-test-world.ts';

let world: FrontTestWorld;
beforeAll(async () => {
  world = await FrontTestWorld.start();
});
beforeEach(() => world.begin());
afterAll(() => world?.close());

describe('a copy out of the archive tier', () => {
  it('is pending until its time, and its source stays archived', async () => {
    const cold = await world.put('cold', 'frozen', 'Archive');
    const warm = world.blob('warm');
    expect((await world.copy(cold, warm, 'High')).isCompleted).not.toBe(true);
    expect(await warm.getProperties()).toMatchObject({
      accessTier: 'Archive',
      archiveStatus: 'rehydrate-pending-to-hot',
      rehydratePriority: 'High',
      copyStatus: 'pending',
      copyProgress: '0/6',
      contentLength: 6,
    });
    expect(await refusal(warm.download())).toEqual(['BlobArchived', 409]);
    await world.advance(1);
    const done = await warm.getProperties();
    expect(done).toMatchObject({ accessTier: 'Hot', copyStatus: 'success' });
    expect(done.archiveStatus).toBeUndefined();
    expect(done.rehydratePriority).toBeUndefined();
    expect(await textOf(warm)).toBe('frozen');
    expect((await cold.getProperties()).accessTier).toBe('Archive');
    expect(await refusal(cold.download())).toEqual(['BlobArchived', 409]);
  });

  it('takes up to 15 hours at standard priority, which is the default', async () => {
    const cold = await world.put('cold', 'frozen', 'Archive');
    const warm = world.blob('warm');
    await world.copy(cold, warm);
    expect((await warm.getProperties()).rehydratePriority).toBe('Standard');
    await world.advance(7);
    expect((await warm.getProperties()).copyStatus).toBe('pending');
    await world.advance(8);
    expect(await textOf(warm)).toBe('frozen');
  });

  it('is told by listings', async () => {
    const cold = await world.put('cold', 'frozen', 'Archive');
    await world.copy(cold, world.blob('warm'), 'High');
    const listed = async () => {
      const items = [];
      for await (const item of world.container.listBlobsFlat({ includeCopy: true })) {
        const { archiveStatus, rehydratePriority, copyStatus, accessTier } = item.properties;
        items.push([item.name, accessTier, archiveStatus, rehydratePriority, copyStatus]);
      }
      return items;
    };
    expect(await listed()).toEqual([
      ['cold', 'Archive', undefined, undefined, undefined],
      ['warm', 'Archive', 'rehydrate-pending-to-hot', 'High', 'pending'],
    ]);
    await world.advance(1);
    expect((await listed())[1]).toEqual(['warm', 'Hot', undefined, undefined, 'success']);
  });

  it('cannot be changed while it is pending, only hastened or aborted', async () => {
    const cold = await world.put('cold', 'frozen', 'Archive');
    const warm = world.blob('warm');
    await world.copy(cold, warm);
    const { copyId = '' } = await warm.getProperties();
    expect(await refusal(world.put('warm', 'other'))).toEqual(['PendingCopyOperation', 409]);
    expect(await refusal(world.copy(cold, warm))).toEqual(['PendingCopyOperation', 409]);
    expect(await refusal(warm.delete())).toEqual(['PendingCopyOperation', 409]);
    expect(await refusal(warm.setAccessTier('Cool'))).toEqual(['BlobBeingRehydrated', 409]);
    await warm.setAccessTier('Hot', { rehydratePriority: 'High' });
    expect((await warm.getProperties()).rehydratePriority).toBe('High');
    expect(await refusal(warm.abortCopyFromURL('another'))).toEqual(['CopyIdMismatch', 409]);
    await warm.abortCopyFromURL(copyId);
    expect(await warm.getProperties()).toMatchObject({ copyStatus: 'aborted', contentLength: 0 });
    await warm.delete();
  });

  it('fails when its source is deleted meanwhile', async () => {
    const cold = await world.put('cold', 'frozen', 'Archive');
    const warm = world.blob('warm');
    await world.copy(cold, warm, 'High');
    await cold.delete();
    await world.advance(1);
    expect(await warm.getProperties()).toMatchObject({ copyStatus: 'failed', contentLength: 0 });
  });

  it('needs an online tier, and another name', async () => {
    const cold = await world.put('cold', 'frozen', 'Archive');
    const archived = cold.beginCopyFromURL(cold.url, { tier: 'Hot' });
    expect(await refusal(archived)).toEqual(['BlobArchived', 409]);
    for (const options of [{}, { tier: 'Archive' }]) {
      const copy = world.blob('other').beginCopyFromURL(cold.url, options);
      expect(await refusal(copy)).toEqual(['BlobArchived', 409]);
    }
    expect(await world.blob('other').exists()).toBe(false);
  });

  it('keeps to its conditions', async () => {
    const cold = await world.put('cold', 'frozen', 'Archive');
    const warm = await world.put('warm', 'mine');
    const conditions = { ifNoneMatch: '*' };
    const copy = warm.beginCopyFromURL(cold.url, { tier: 'Hot', conditions });
    expect((await refusal(copy))[1]).toBe(409);
    expect(await textOf(warm)).toBe('mine');
  });

  it('needs the right to write, and to read the source', async () => {
    const cold = await world.put('cold', 'frozen', 'Archive');
    const reader = world.signed('rl');
    const writer = world.signed('w');
    const copy = (to: typeof reader, from: string) =>
      refusal(to.getBlobClient('warm').beginCopyFromURL(from, { tier: 'Hot' }));
    expect(await copy(reader, reader.getBlobClient('cold').url)).toEqual([
      'AuthorizationPermissionMismatch',
      403,
    ]);
    expect(await copy(writer, writer.getBlobClient('cold').url)).toEqual([
      'CannotVerifyCopySource',
      401,
    ]);
    expect(await copy(writer, cold.url)).toEqual(['CannotVerifyCopySource', 401]);
    expect(await copy(writer, reader.getBlobClient('cold').url)).toEqual(['succeeded', 200]);
  });
});

describe('Set Blob Tier out of the archive', () => {
  it('is pending until its time, and cannot be asked for twice', async () => {
    const blob = await world.put('a', 'frozen', 'Archive');
    await blob.setAccessTier('Cool');
    expect(await blob.getProperties()).toMatchObject({
      accessTier: 'Archive',
      archiveStatus: 'rehydrate-pending-to-cool',
    });
    expect(await refusal(blob.download())).toEqual(['BlobArchived', 409]);
    expect(await refusal(blob.setAccessTier('Cool'))).toEqual(['BlobBeingRehydrated', 409]);
    const other = blob.setAccessTier('Hot', { rehydratePriority: 'High' });
    expect(await refusal(other)).toEqual(['BlobBeingRehydrated', 409]);
    await world.advance(15);
    expect((await blob.getProperties()).accessTier).toBe('Cool');
    expect(await textOf(blob)).toBe('frozen');
  });
});

describe('high priority', () => {
  it('has 10 GiB an hour for the whole account', async () => {
    await world.admin('POST', 'rehydrations', { highBytesPerHour: 10 });
    const blobs = await Promise.all(
      Array.from({ length: 5 }, (_, n) => world.put(`cold/${n}`, 'ten bytes!', 'Archive')),
    );
    for (const [n, cold] of blobs.entries()) {
      await world.copy(cold, world.blob(`warm/${n}`), 'High');
    }
    const ready = async () => {
      const states = await Promise.all(
        blobs.map(async (_, n) => (await world.blob(`warm/${n}`).getProperties()).copyStatus),
      );
      return states.filter((state) => state === 'success').length;
    };
    for (const expected of [1, 2, 3, 4, 5]) {
      await world.advance(1.01);
      expect(await ready()).toBe(expected);
    }
  });
});
