import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { FakeWorker } from './harness/fake-worker.ts';
import {
  accountKey,
  makeCertificate,
  makeForeignKeyPem,
  repositoryPassword,
} from './harness/set-up.ts';
import { useSetUp } from './harness/use-controller.ts';

const { controller, host, ready } = await useSetUp(repositoryPassword);

/** What a user sees of an error. */
async function told(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'no error';
  } catch (error) {
    const { code, message, help } = error as { code: string; message: string; help: string };
    return `${code}: ${message}\n${help}`;
  }
}

describe('rules of the product', () => {
  it('refuses an archive class as the target of a backup job', async () => {
    const body = { name: 'j', organizationId: 'contoso', repositoryId: 'cold' };
    expect(await told(controller.client.call('createJob', { body }))).toMatchInlineSnapshot(`
      "E_ARCHIVE_TARGET: repository "cold" is extended with object storage "cold-storage" of class archive, which can hold copies only: it cannot be the target of a backup job
      Back up to a repository of a class that can be read, and copy from there."
    `);
  });

  it('refuses a copy to another proxy, or of another retention type, with both values', async () => {
    const { client } = controller;
    const other = await FakeWorker.proxy(controller, 'proxy-2');
    const link = await other.dial();
    const objectStorageId = 'cold-storage';
    const repository = (name: string, proxyId: string, type: 'snapshot' | 'item') => {
      const retention = { type, keepFor: { count: 1, unit: 'years' as const } };
      return client.call('createRepository', {
        body: { name, proxyId, objectStorageId, retention },
      });
    };
    await repository('elsewhere', 'proxy-2', 'snapshot');
    await link.end(await link.accept());
    link.close();
    await repository('items', 'proxy-1', 'item');
    await ready.link.end(await ready.link.accept());
    const copyTo = (repositoryId: string) =>
      told(client.call('createCopyJob', { body: { name: 'c', jobId: 'all', repositoryId } }));
    expect(await copyTo('elsewhere')).toMatchInlineSnapshot(`
      "E_COPY_TARGET_PROXY: source repository "hot" is on proxy "proxy-1", target repository "elsewhere" is on proxy "proxy-2"
      Choose or create a target repository on the proxy of the source."
    `);
    expect(await copyTo('items')).toMatchInlineSnapshot(`
      "E_COPY_TARGET_RETENTION: source repository "hot" has retention type snapshot, target repository "items" has retention type item
      Choose or create a target repository of the retention type of the source."
    `);
    expect(await copyTo('hot')).toMatchInlineSnapshot(`
      "E_COPY_TARGET_SAME: the target of the copy job is repository "hot", which it copies from
      Choose another repository."
    `);
  });

  it('does not delete what is in use, and names the users', async () => {
    const { client } = controller;
    const refusals = [
      await told(client.call('deleteJob', { params: { job: 'all' } })),
      await told(client.call('deleteRepository', { params: { repository: 'hot' } })),
      await told(client.call('deleteObjectStorage', { params: { objectStorage: 'hot-storage' } })),
      await told(client.call('deleteOrganization', { params: { organization: 'contoso' } })),
      await told(client.call('deleteProxy', { params: { proxy: 'proxy-2' } })),
    ].map((text) => text.split('\n')[0]);
    expect(refusals).toMatchInlineSnapshot(`
      [
        "E_IN_USE: job "all" is in use by copy job "copy"",
        "E_IN_USE: repository "hot" is in use by job "all"",
        "E_IN_USE: object storage "hot-storage" is in use by repository "hot"",
        "E_IN_USE: organization "contoso" is in use by job "all"",
        "E_IN_USE: proxy "proxy-2" is in use by repository "elsewhere"",
      ]
    `);
  });

  it('does not copy before there is a restore point', async () => {
    const start = controller.client.call('startCopyJob', { params: { copyJob: 'copy' }, body: {} });
    await expect(start).rejects.toMatchObject({ code: 'E_NO_RESTORE_POINT' });
  });
});

describe('requests', () => {
  it('name every mistake by its path, without the values', async () => {
    const body = { name: '', tenantId: 7, secret: 'hunter2' } as never;
    const text = await told(controller.client.call('createOrganization', { body }));
    expect(text).toContain('/secret is not known');
    expect(text).toContain('/tenantId must be string');
    expect(text).not.toContain('hunter2');
  });

  it('refuse a scope that covers nobody, and settings that do not fit the provider', async () => {
    const { client } = controller;
    const job = { name: 'j', organizationId: 'contoso', repositoryId: 'hot' };
    const nobody = { ...job, scope: { entireOrganization: false } };
    const folder = { name: 'f', provider: 'folder', container: 'relative' } as const;
    expect(await told(client.call('createJob', { body: nobody }))).toContain('covers nobody');
    expect(await told(client.call('createObjectStorage', { body: folder }))).toContain(
      'is an absolute path, not "relative"',
    );
  });

  it('refuse a private key that is not of the certificate', async () => {
    const { certificatePem } = await makeCertificate();
    const body = {
      name: 'fabrikam',
      tenantId: 'fabrikam.example',
      clientId: '11111111-2222-4333-8444-555555555555',
      certificatePem,
      privateKeyPem: makeForeignKeyPem(),
    };
    expect(await told(controller.client.call('createOrganization', { body }))).toContain(
      'privateKeyPem is not the key of certificatePem',
    );
  });

  it('need a token of a scope that is large enough', async () => {
    const { client } = controller;
    await expect(controller.clientWith(undefined).call('listJobs', {})).rejects.toMatchObject({
      code: 'E_UNAUTHENTICATED',
    });
    const { secret, token } = await client.call('createToken', {
      body: { name: 'reader', scope: 'read' },
    });
    const reader = controller.clientWith(secret);
    expect((await reader.call('listJobs', {})).items).toHaveLength(1);
    expect(await told(reader.call('startJob', { params: { job: 'all' }, body: {} }))).toContain(
      'API token "reader" has scope read; this needs scope operate',
    );
    await client.call('deleteToken', { params: { token: token.id } });
    await expect(reader.call('listJobs', {})).rejects.toMatchObject({ code: 'E_UNAUTHENTICATED' });
  });

  it('page through a list by cursor', async () => {
    const { client } = controller;
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: 1, ...(cursor === undefined ? {} : { cursor }) };
      const page = await client.call('listRepositories', { query });
      names.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(names).toEqual(['hot', 'cold', 'elsewhere', 'items']);
  });
});

/** Of base64url, behind the token's id. */
const secretLength = 43;

describe('secrets', () => {
  it('lie nowhere in the clear: not in the database, the log, or an answer', async () => {
    const { client, logger, token } = controller;
    const answers = JSON.stringify([
      await client.call('listOrganizations', {}),
      await client.call('listObjectStorages', {}),
      await client.call('listRepositories', {}),
      await client.call('listTokens', {}),
    ]);
    const places = { dump: await host.dump(), log: inspect(logger.events, { depth: 20 }), answers };
    const key = ready.privateKeyPem.split('\n')[1] ?? '';
    const secrets = [accountKey, repositoryPassword, key, token.slice(-secretLength)];
    for (const [place, text] of Object.entries(places)) {
      for (const secret of secrets) {
        const hex = Buffer.from(secret).toString('hex');
        expect(text.includes(secret) || text.includes(hex), `${place} holds a secret`).toBe(false);
      }
    }
  });
});
