import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBucket } from '../../../test/s3/plain-client.ts';
import { type RunningFake, startS3Fake } from '../../../test/s3/s3-fake.ts';
import { systemClock } from '../../time/system-clock.ts';
import { type AssumedRole, type AssumeRole, assumeRole } from './assume-role.ts';
import { S3Store } from './s3-store.ts';

const bucket = 'of-the-role';
const arn = 'arn:aws:iam::123456789012:role/firn';
const externalId = 'agreed-upon';
/** They may do nothing by themselves. */
const keys = { accessKeyId: 'AKIAONLYROLES', secretAccessKey: 'a secret of the account' };
const hourMs = 3_600_000;

let s3: RunningFake;

beforeAll(async () => {
  s3 = await startS3Fake();
  for (const name of [bucket, 'of-others']) await makeBucket(s3, name);
  await s3.administer('credentials', { ...keys, deny: ['s3:*'] });
  await s3.administer('roles', { roleArn: arn, externalId });
});

afterAll(() => s3?.stop());

function assume(more: Partial<AssumeRole> = {}): Promise<AssumedRole> {
  return assumeRole({
    role: { arn, externalId, stsEndpoint: s3.endpoint },
    ...{ credentials: keys, region: 'us-east-1', bucket },
    ...{ access: 'write', lifeMs: hourMs, nowMs: systemClock.now() },
    ...more,
  });
}

function storeOf(credentials: Awaited<ReturnType<typeof assume>>, name = bucket): S3Store {
  const { endpoint } = s3;
  return new S3Store({ endpoint, bucket: name, prefix: '', credentials: async () => credentials });
}

const denied = { code: 'E_STORAGE_DENIED' };
const bytes = Buffer.from('content');

describe('keys of a role', () => {
  it('write to its bucket, and to no other', async () => {
    const assumed = await assume();
    const store = storeOf(assumed);
    await store.put('written', bytes);
    expect((await store.get('written')).bytes).toEqual(bytes);
    await expect(storeOf(assumed, 'of-others').put('a', bytes)).rejects.toMatchObject(denied);
    await expect(storeOf(assumed, 'of-others').get('a')).rejects.toMatchObject(denied);
  });

  it('only read when that is all that is needed', async () => {
    await storeOf(await assume()).put('read', bytes);
    const reader = storeOf(await assume({ access: 'read' }));
    expect((await reader.get('read')).bytes).toEqual(bytes);
    await expect(reader.put('read', bytes)).rejects.toMatchObject(denied);
    await expect(reader.delete('read')).rejects.toMatchObject(denied);
  });

  it('are good for nothing without their token', async () => {
    const { sessionToken: _, ...stolen } = await assume();
    const { endpoint } = s3;
    const store = new S3Store({ endpoint, bucket, prefix: '', credentials: async () => stolen });
    await expect(store.put('a', bytes)).rejects.toMatchObject(denied);
  });

  it('end by themselves, between 15 minutes and 12 hours', async () => {
    const nowMs = systemClock.now();
    for (const [asked, given] of [
      [1, 0.25],
      [hourMs, 1],
      [99 * hourMs, 12],
    ] as const) {
      const { expiresAtMs } = await assume({ lifeMs: asked });
      expect(Math.round(((expiresAtMs - nowMs) / hourMs) * 20)).toBe(given * 20);
    }
    const store = storeOf(await assume());
    await s3.administer('clock', { advanceMs: hourMs + 60_000 });
    await expect(store.put('late', bytes)).rejects.toMatchObject(denied);
    await s3.administer('clock', { advanceMs: -hourMs - 60_000 });
  });
});

describe('a role that cannot be assumed', () => {
  it('is denied for other keys, another external id, another role', async () => {
    const stsEndpoint = s3.endpoint;
    const credentials = { ...keys, secretAccessKey: 'another' };
    await expect(assume({ credentials })).rejects.toMatchObject(denied);
    for (const role of [
      { arn, stsEndpoint },
      { arn: `${arn}-of-others`, externalId, stsEndpoint },
    ]) {
      await expect(assume({ role })).rejects.toMatchObject({
        ...denied,
        message: expect.stringContaining(`role ${role.arn} cannot be assumed`),
      });
    }
  });

  it('is no end of it when the service does not answer', async () => {
    const role = { arn, stsEndpoint: 'http://127.0.0.1:9' };
    const failure = await assume({ role }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'E_STORAGE_UNAVAILABLE' });
    expect(String(failure)).not.toContain(keys.secretAccessKey);
  });
});
