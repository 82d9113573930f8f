import { generateKeyPairSync } from 'node:crypto';
import type { RunningSession } from '@firn/shared/gen/firn/link/v1/link';
import { createAuthorityKeys } from '../../src/adapters/crypto/x509-authority.ts';
import type { TestController } from './controller.ts';
import { type FakeLink, FakeWorker } from './fake-worker.ts';

export const accountKey = Buffer.from('an account key that must never be seen').toString('base64');
export const repositoryPassword = 'correct horse battery staple';

/** A certificate with its key, as an operator makes one for the app registration. */
export async function makeCertificate() {
  const { certificatePem, privateKey } = await createAuthorityKeys(Date.now());
  const lines =
    Buffer.from(privateKey)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  const privateKeyPem = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
  return { certificatePem, privateKeyPem };
}

export function makeForeignKeyPem(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export interface SetUp {
  readonly proxy: FakeWorker;
  readonly link: FakeLink;
  readonly privateKeyPem: string;
}

/**
 * A proxy with an organization "contoso", repositories "hot" and "cold" (archive
 * class) that are ready, a job "all" and a copy job "copy". With a password the
 * repositories are encrypted, which takes its time by design.
 */
export async function setUp(controller: TestController, password?: string): Promise<SetUp> {
  const { client } = controller;
  const proxy = await FakeWorker.proxy(controller, 'proxy-1');
  const link = await proxy.dial();
  await link.next('welcome');
  const { certificatePem, privateKeyPem } = await makeCertificate();
  await client.call('createOrganization', {
    body: {
      name: 'contoso',
      tenantId: 'contoso.onmicrosoft.com',
      clientId: '11111111-2222-4333-8444-555555555555',
      certificatePem,
      privateKeyPem,
    },
  });
  for (const [name, storageClass] of [
    ['hot', 'hot'],
    ['cold', 'archive'],
  ] as const) {
    await client.call('createObjectStorage', {
      body: {
        name: `${name}-storage`,
        provider: 'azure-blob',
        accountName: 'account',
        accountKey,
        container: `${name}-data`,
        storageClass,
      },
    });
    await client.call('createRepository', {
      body: {
        name,
        proxyId: 'proxy-1',
        objectStorageId: `${name}-storage`,
        ...(password === undefined ? {} : { password }),
      },
    });
    await link.end(await link.accept());
  }
  await client.call('createJob', {
    body: { name: 'all', organizationId: 'contoso', repositoryId: 'hot' },
  });
  await client.call('createCopyJob', {
    body: { name: 'copy', jobId: 'all', repositoryId: 'cold' },
  });
  return { proxy, link, privateKeyPem };
}

/** Runs a session of the started kind to its end, with a restore point when it makes one. */
export async function runToEnd(link: FakeLink, makesPoint: boolean): Promise<string> {
  const assignment = await link.accept();
  if (makesPoint) await commitPoint(link, assignment);
  await link.end(assignment);
  return assignment.sessionId;
}

/** Tells of a restore point. @param done all that the session had to store */
export async function commitPoint(
  link: FakeLink,
  assignment: RunningSession,
  done = true,
): Promise<void> {
  await link.event(assignment, {
    $case: 'restorePoint',
    value: {
      repositoryId: '',
      jobId: '',
      restorePointId: assignment.sessionId,
      at: new Date(),
      objects: 2,
      partial: !done,
      logHead: 3n,
      logDigest: Buffer.from('digest'),
      done,
    },
  });
}
