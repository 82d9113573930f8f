import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sealBox } from '@firn/shared/rpc/sealed-box';
import { makeTestAuthority, type TestAuthority } from '@firn/shared/rpc/test-authority';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EnrolledIdentity } from './enrolled-identity.ts';
import { IdentityFile } from './identity-file.ts';

let authority: TestAuthority;
let folder: string;
const { signal } = new AbortController();
const secret = Buffer.from('root key');

beforeAll(async () => {
  authority = await makeTestAuthority();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firn-identity-'));
  const { caPem, ...key } = await authority.issue('worker');
  const place = { workerId: 'w1', caPem, linkAddress: '127.0.0.1:1' };
  await new IdentityFile(folder).write({ ...place, keys: [key] });
});

afterEach(() => rm(folder, { recursive: true }));

async function open(): Promise<EnrolledIdentity> {
  const identity = await EnrolledIdentity.open(new IdentityFile(folder), undefined, signal);
  identity.renewBy((csr) => authority.certify(csr));
  return identity;
}

describe('a renewed identity', () => {
  it('dials with the new certificate, also after a restart', async () => {
    const identity = await open();
    const { certificatePem: before } = identity.linkCredentials();
    await identity.renew(signal);
    const { certificatePem } = identity.linkCredentials();
    expect(certificatePem).not.toBe(before);
    expect((await open()).linkCredentials()).toEqual(identity.linkCredentials());
  });

  it('opens what was sealed to the certificate before', async () => {
    const identity = await open();
    const old = sealBox(identity.linkCredentials().certificatePem, secret);
    await identity.renew(signal);
    const fresh = sealBox(identity.linkCredentials().certificatePem, secret);
    const restarted = await open();
    expect([old, fresh].map((box) => restarted.open(box))).toEqual([secret, secret]);
  });

  it('forgets keys that were replaced three times', async () => {
    const identity = await open();
    const old = sealBox(identity.linkCredentials().certificatePem, secret);
    for (let time = 0; time < 3; time += 1) await identity.renew(signal);
    expect(() => identity.open(old)).toThrow(
      expect.objectContaining({ code: 'E_SEALED_BOX_UNREADABLE' }),
    );
  });

  it('stays as it was when the controller does not answer', async () => {
    const identity = await open();
    const before = identity.linkCredentials();
    identity.renewBy(() => Promise.reject(new Error('no answer')));
    await expect(identity.renew(signal)).rejects.toThrow('no answer');
    expect(identity.linkCredentials()).toEqual(before);
    expect((await open()).linkCredentials()).toEqual(before);
  });
});
