import type { BlobItem, BlockBlobClient } from '@azure/storage-blob';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FrontTestWorld, refusal, textOf } from './front-test-world.ts';

const hourMs = 3_600_000;

let world: FrontTestWorld;
beforeAll(async () => {
  world = await FrontTestWorld.start(['--versioning']);
});
beforeEach(() => world.begin());
afterAll(() => world?.close());

async function versions(prefix = ''): Promise<BlobItem[]> {
  const found: BlobItem[] = [];
  for await (const item of world.container.listBlobsFlat({ prefix, includeVersions: true })) {
    found.push(item);
  }
  return found;
}

function version(blob: BlockBlobClient, item: BlobItem | undefined): BlockBlobClient {
  return blob.withVersion(item?.versionId ?? 'none').getBlockBlobClient();
}

async function current(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of world.container.listBlobsFlat()) names.push(name);
  return names;
}

describe('versions', () => {
  it('are kept when a blob is overwritten or deleted, and can be read', async () => {
    const blob = await world.put('a', 'first');
    const { versionId } = await blob.upload('second', 6);
    const [first, second] = await versions();
    expect(second).toMatchObject({ versionId, isCurrentVersion: true });
    expect(first?.isCurrentVersion).toBeUndefined();
    expect(await textOf(version(blob, first))).toBe('first');
    expect(await textOf(version(blob, second))).toBe('second');
    expect(await blob.getProperties()).toMatchObject({ versionId, isCurrentVersion: true });
    await blob.delete();
    expect(await current()).toEqual([]);
    expect(await refusal(blob.download())).toEqual(['BlobNotFound', 404]);
    expect((await versions()).map((each) => each.isCurrentVersion)).toEqual([undefined, undefined]);
    expect(await textOf(version(blob, second))).toBe('second');
  });

  it('are deleted by their ids, the current one only without', async () => {
    const blob = await world.put('a', 'first');
    const [only] = await versions();
    expect(await refusal(version(blob, only).delete())).toEqual([
      'OperationNotAllowedOnRootBlob',
      403,
    ]);
    await blob.delete();
    await version(blob, only).delete();
    expect(await versions()).toEqual([]);
    expect(await refusal(version(blob, only).delete())).toEqual(['BlobNotFound', 404]);
  });

  it('need a permission of their own to be deleted', async () => {
    const blob = await world.put('a', 'first');
    await blob.delete();
    const [only] = await versions();
    const named = (permissions: string) =>
      world
        .signed(permissions)
        .getBlobClient('a')
        .withVersion(only?.versionId ?? '');
    expect(await refusal(named('rwdl').delete())).toEqual(['AuthorizationPermissionMismatch', 403]);
    await named('x').delete();
    expect(await versions()).toEqual([]);
  });

  it('are none where a conditional write failed', async () => {
    const blob = await world.put('a', 'first');
    const again = blob.upload('other', 5, { conditions: { ifNoneMatch: '*' } });
    expect((await refusal(again))[1]).toBe(409);
    expect(await versions()).toHaveLength(1);
    expect(await textOf(blob)).toBe('first');
  });

  it('become current again when they are copied', async () => {
    const blob = await world.put('a', 'first');
    await blob.delete();
    const [first] = await versions();
    await blob.beginCopyFromURL(version(blob, first).url);
    expect(await textOf(blob)).toBe('first');
    expect(await versions()).toHaveLength(2);
  });

  it('out of the archive thaw only as copies', async () => {
    const blob = await world.put('a', 'frozen', 'Archive');
    await blob.delete();
    const [first] = await versions();
    expect((await refusal(version(blob, first).setAccessTier('Hot')))[1]).toBe(501);
    const warm = world.blob('warm');
    await warm.beginCopyFromURL(version(blob, first).url, { tier: 'Hot' });
    await world.advance(15);
    expect(await textOf(warm)).toBe('frozen');
  });

  it('are listed page by page', async () => {
    for (const name of ['b', 'a', 'a-1', 'a']) await world.put(name, 'text');
    const pages: string[][] = [];
    const listing = world.container.listBlobsFlat({ includeVersions: true });
    for await (const page of listing.byPage({ maxPageSize: 2 })) {
      pages.push(page.segment.blobItems.map(({ name }) => name));
    }
    expect(pages).toEqual([
      ['a', 'a'],
      ['a-1', 'b'],
    ]);
  });
});

describe('version-level immutability', () => {
  const expiriesOn = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2000 * hourMs);
  const unlocked = { immutabilityPolicy: { expiriesOn, policyMode: 'Unlocked' as const } };
  const locked = { immutabilityPolicy: { expiriesOn, policyMode: 'Locked' as const } };
  const enable = () =>
    world.admin('POST', 'containers', { container: world.container.containerName });

  it('has to be enabled', async () => {
    const put = world.blob('a').upload('text', 4, unlocked);
    expect(await refusal(put)).toEqual(['UnsupportedHeader', 400]);
    expect(await world.blob('a').exists()).toBe(false);
  });

  it('keeps a version from being deleted until its time', async () => {
    await enable();
    const blob = world.blob('a');
    await blob.upload('text', 4, unlocked);
    expect(await blob.getProperties()).toMatchObject({
      immutabilityPolicyExpiresOn: expiriesOn,
      immutabilityPolicyMode: 'unlocked',
    });
    await blob.delete();
    const [only] = await versions();
    expect(only?.properties.immutabilityPolicyExpiresOn).toEqual(expiriesOn);
    expect(await refusal(version(blob, only).delete())).toEqual(['BlobImmutableDueToPolicy', 409]);
    await world.advance(2001);
    await version(blob, only).delete();
    expect(await versions()).toEqual([]);
  });

  it('is prolonged and shortened unlocked, and only prolonged when it is locked', async () => {
    await enable();
    const expires = (hours: number) => new Date(expiriesOn.getTime() + (3000 + hours) * hourMs);
    const blob = world.blob('a');
    const set = (hours: number, policyMode: 'Locked' | 'Unlocked') =>
      blob.setImmutabilityPolicy({ expiriesOn: expires(hours), policyMode });
    await blob.upload('text', 4);
    await set(5, 'Unlocked');
    await set(1, 'Unlocked');
    await set(2, 'Locked');
    expect(await refusal(set(1, 'Locked'))).toEqual(['BlobImmutableDueToPolicy', 409]);
    expect(await refusal(set(3, 'Unlocked'))).toEqual(['BlobImmutableDueToPolicy', 409]);
    expect(await refusal(blob.deleteImmutabilityPolicy())).toEqual([
      'BlobImmutableDueToPolicy',
      409,
    ]);
    await set(4, 'Locked');
    expect((await blob.getProperties()).immutabilityPolicyExpiresOn).toEqual(expires(4));
  });

  it('of an unlocked policy can be removed, and a legal hold set besides', async () => {
    await enable();
    const blob = world.blob('a');
    const expiresOn = new Date(expiriesOn.getTime() + 5000 * hourMs);
    const policy = { expiriesOn: expiresOn, policyMode: 'Unlocked' as const };
    await blob.upload('text', 4, { immutabilityPolicy: policy });
    await blob.setLegalHold(true);
    await blob.deleteImmutabilityPolicy();
    await blob.delete();
    const [only] = await versions();
    const kept = version(blob, only);
    expect(await refusal(kept.delete())).toEqual(['BlobImmutableDueToLegalHold', 409]);
    await kept.setLegalHold(false);
    await kept.delete();
  });

  it('takes no time that has passed', async () => {
    await enable();
    const past = { expiriesOn: new Date(0), policyMode: 'Unlocked' as const };
    const put = world.blob('a').upload('text', 4, { immutabilityPolicy: past });
    expect(await refusal(put)).toEqual(['InvalidHeaderValue', 400]);
    await world.put('a', 'text');
    const needed = world
      .signed('rw')
      .getBlobClient('a')
      .setImmutabilityPolicy(locked.immutabilityPolicy);
    expect(await refusal(needed)).toEqual(['AuthorizationPermissionMismatch', 403]);
  });
});
