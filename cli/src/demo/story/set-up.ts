import { idempotencyKey } from '../../commands/work.ts';
import type { Environment } from '../environment/start-environment.ts';
import { type Story, succeed } from './story.ts';

/** Names of what the demo makes; --keep leaves them to look at. */
export const names = {
  organization: 'demo-tenant',
  hotStorage: 'hot-storage',
  archiveStorage: 'archive-storage',
  repository: 'backups',
  archive: 'archive',
  job: 'everything',
  copyJob: 'everything-copied',
  proxy: 'demo-proxy',
} as const;

export const containers = { hot: 'firn-hot', archive: 'firn-archive' } as const;

export async function addOrganization(story: Story, environment: Environment): Promise<void> {
  const { tenant } = environment;
  await story.client.call('createOrganization', {
    body: {
      name: names.organization,
      tenantId: tenant.tenantId,
      clientId: tenant.clientId,
      certificatePem: tenant.certificatePem,
      privateKeyPem: tenant.privateKeyPem,
      graphUrl: tenant.url,
      loginUrl: tenant.url,
      caPem: tenant.caPem,
    },
  });
}

export async function addStorages(story: Story, environment: Environment): Promise<void> {
  const { endpoint, accountName, accountKey } = environment.azurite;
  const account = { provider: 'azure-blob', endpoint, accountName, accountKey } as const;
  await story.client.call('createObjectStorage', {
    body: { ...account, name: names.hotStorage, container: containers.hot, storageClass: 'hot' },
  });
  await story.client.call('createObjectStorage', {
    body: {
      ...account,
      name: names.archiveStorage,
      container: containers.archive,
      storageClass: 'archive',
    },
  });
}

/** Two repositories on the proxy, each encrypted by the password of the environment. */
export async function createRepositories(story: Story, environment: Environment): Promise<void> {
  const pairs = [
    [names.repository, names.hotStorage],
    [names.archive, names.archiveStorage],
  ] as const;
  for (const [name, objectStorageId] of pairs) {
    const { session } = await story.client.call('createRepository', {
      body: {
        name,
        proxyId: names.proxy,
        objectStorageId,
        password: environment.repositoryPassword,
        retention: { type: 'snapshot', keepFor: { count: 10, unit: 'years' } },
      },
      idempotencyKey: idempotencyKey(),
    });
    await succeed(story, session);
  }
}

export async function createJobs(story: Story, appliance: boolean): Promise<void> {
  await story.client.call('createJob', {
    body: {
      name: names.job,
      organizationId: names.organization,
      repositoryId: names.repository,
      scope: { entireOrganization: true },
      objects: { mailboxes: true, oneDrives: true },
    },
  });
  await story.client.call('createCopyJob', {
    body: {
      name: names.copyJob,
      jobId: names.job,
      repositoryId: names.archive,
      repackBy: appliance ? 'appliance' : 'proxy',
    },
  });
}
