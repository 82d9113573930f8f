import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningAzurite, startAzurite } from '../../services/azurite.ts';
import { freePort } from '../../services/free-port.ts';
import { systemClock } from '../../time/system-clock.ts';
import { BlockPool } from '../block-pool.ts';
import { describeBlobStore } from '../object-store.contract.ts';
import { testStorage } from '../storage-test/test-storage.ts';
import { AzureStore } from './azure-store.ts';
import { type AzureAccount, ensureContainer, mintContainerSas } from './container-sas.ts';

const hourMs = 3_600_000;

let azurite: RunningAzurite;
let account: AzureAccount;

beforeAll(async () => {
  azurite = await startAzurite();
  account = { ...azurite, container: 'firn-test' };
  await ensureContainer(account);
});
afterAll(() => azurite?.stop());

function makeStore(options: Partial<ConstructorParameters<typeof AzureStore>[0]> = {}) {
  const credentials = async () => mintContainerSas(account, { expiresAtMs: Date.now() + hourMs });
  const { endpoint, container } = account;
  return new AzureStore({ endpoint, container, prefix: '', credentials, ...options });
}

describeBlobStore('AzureStore', async () => ({
  // Small blocks: the streams of the suite take many.
  store: makeStore({ prefix: 'contract/of-stores', blocks: new BlockPool(1_024) }),
  showsRehydrating: false,
  finishRehydrations: async () => {},
  close: async () => {},
}));

describe('AzureStore', () => {
  it('passes the test of a storage, for each class', async () => {
    const store = makeStore({ prefix: 'tested' });
    for (const storageClass of ['hot', 'archive'] as const) {
      const tested = { store, root: 'probe/', storageClass, clock: systemClock };
      const { findings } = await testStorage(tested);
      expect(findings.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    }
    for await (const left of store.list('')) expect.unreachable(left.name);
  });

  it('lets one of two concurrent conditional streams win', async () => {
    const store = makeStore({ prefix: 'streams', blocks: new BlockPool(1_024) });
    async function* body(fill: number) {
      for (let chunk = 0; chunk < 5; chunk += 1) yield Buffer.alloc(1_000, fill);
    }
    const puts = [1, 2].map((fill) => store.putStream('race', body(fill), { ifAbsent: true }));
    const results = await Promise.allSettled(puts);
    const winner = results.findIndex((result) => result.status === 'fulfilled');
    const loser = results.find((result) => result.status === 'rejected');
    expect(['E_BLOB_EXISTS', 'E_STORAGE_UNCLEAR']).toContain(loser?.reason.code);
    const { bytes } = await store.get('race');
    expect(bytes.every((byte) => byte === winner + 1)).toBe(true);
  });

  it('asks for the credentials of now', async () => {
    const tokens = [Date.now() - hourMs, Date.now() + hourMs].map((expiresAtMs) =>
      mintContainerSas(account, { expiresAtMs }),
    );
    const store = makeStore({ credentials: async () => tokens.shift() ?? '' });
    await expect(store.put('renewed', Buffer.from('a'))).rejects.toMatchObject({
      code: 'E_STORAGE_DENIED',
    });
    await store.put('renewed', Buffer.from('a'));
  });

  it('may not write with the credentials of a reader', async () => {
    const expiresAtMs = Date.now() + hourMs;
    await makeStore().put('for-readers', Buffer.from('a'));
    const reader = makeStore({
      credentials: async () => mintContainerSas(account, { access: 'read', expiresAtMs }),
    });
    expect((await reader.get('for-readers')).bytes).toHaveLength(1);
    await expect(reader.put('b', Buffer.from('b'))).rejects.toMatchObject({
      code: 'E_STORAGE_DENIED',
    });
  });

  it('names a container that is not there', async () => {
    const absent = { ...account, container: 'absent-container' };
    const sas = mintContainerSas(absent, { expiresAtMs: Date.now() + hourMs });
    const store = makeStore({ container: absent.container, credentials: async () => sas });
    await expect(store.put('a', Buffer.from('a'))).rejects.toMatchObject({
      code: 'E_STORAGE_CONTAINER_NOT_FOUND',
    });
  });

  it('says that nothing answers', async () => {
    const store = makeStore({ endpoint: `http://127.0.0.1:${await freePort()}/account` });
    const put = store.put('a', Buffer.from('a'), { ifAbsent: true });
    await expect(put).rejects.toMatchObject({ code: 'E_STORAGE_UNAVAILABLE' });
    await expect(store.head('a')).rejects.toMatchObject({ code: 'E_STORAGE_UNAVAILABLE' });
  });
});

describe('AzureStore, when replies are lost or bad', () => {
  it('calls a write unclear whose reply is lost, and sends it once', async () => {
    const seen: string[] = [];
    await withServer(
      (request) => {
        seen.push(request.method ?? '');
        request.socket.destroy();
      },
      async (endpoint) => {
        const store = makeStore({ endpoint });
        const put = store.put('log/1', Buffer.from('a'), { ifAbsent: true });
        await expect(put).rejects.toMatchObject({ code: 'E_STORAGE_UNCLEAR' });
        expect(seen).toEqual(['PUT']);
        await expect(store.get('log/1')).rejects.toMatchObject({ code: 'E_STORAGE_UNAVAILABLE' });
      },
    );
  });

  it('calls a write unclear that gets no reply in time', async () => {
    await withServer(
      () => {},
      async (endpoint) => {
        const store = makeStore({ endpoint, replyMsMax: 100 });
        const put = store.put('log/1', Buffer.from('a'), { ifAbsent: true });
        await expect(put).rejects.toMatchObject({ code: 'E_STORAGE_UNCLEAR' });
        await expect(store.head('log/1')).rejects.toMatchObject({ code: 'E_STORAGE_UNAVAILABLE' });
      },
    );
  });

  it('hears a busy service say when to come back', async () => {
    const busy: RequestListener = (_request, reply) =>
      reply.writeHead(503, { 'x-ms-error-code': 'ServerBusy', 'retry-after': '7' }).end();
    await withServer(busy, async (endpoint) => {
      const put = makeStore({ endpoint }).put('a', Buffer.from('a'), { ifAbsent: true });
      await expect(put).rejects.toMatchObject({
        code: 'E_STORAGE_UNAVAILABLE',
        retryAfterMs: 7_000,
      });
    });
  });

  it('calls a write unclear that ended in an error of the server', async () => {
    const broken: RequestListener = (_request, reply) => reply.writeHead(500).end();
    await withServer(broken, async (endpoint) => {
      const put = makeStore({ endpoint }).put('a', Buffer.from('a'), { ifAbsent: true });
      await expect(put).rejects.toMatchObject({ code: 'E_STORAGE_UNCLEAR' });
    });
  });

  it('never tells the signature', async () => {
    const answers: RequestListener[] = [
      (_request, reply) => reply.writeHead(403).end(),
      (_request, reply) => reply.writeHead(500).end(),
      (request) => request.socket.destroy(),
    ];
    const signature = 'a-very-secret-signature';
    for (const answer of answers) {
      await withServer(answer, async (endpoint) => {
        const store = makeStore({ endpoint, credentials: async () => `sig=${signature}` });
        const error = await store.put('a', Buffer.from('a')).catch((caught: unknown) => caught);
        expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(signature);
      });
    }
  });
});

async function withServer(
  listener: RequestListener,
  work: (endpoint: string) => Promise<void>,
): Promise<void> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/account`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
