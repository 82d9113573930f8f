import { AzureStore } from '@firn/shared/object-store/azure/azure-store';
import { mintContainerSas } from '@firn/shared/object-store/azure/container-sas';
import { S3Store } from '@firn/shared/object-store/s3/s3-store';
import { estimateThaw } from '@firn/shared/prices/costs';
import type { PriceTable } from '@firn/shared/prices/price-table';
import { standardPrices } from '@firn/shared/prices/standard-prices';
import type { BlobStore } from '@firn/shared/repository/ports';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAzureFront } from '../../shared/test/azure/azure-front.ts';
import { makeBucket } from '../../shared/test/s3/plain-client.ts';
import { startS3Fake } from '../../shared/test/s3/s3-fake.ts';
import { aWorldWithBackup, coldNames, copy, restore, retrieve } from './fakes/cold-world.ts';

const hourMs = 3_600_000;

/** A storage with an archive whose clock and meter can be asked. */
interface Cloud {
  store(prefix: string): BlobStore;
  advance(hours: number): Promise<void>;
  /** How many packs were paid to thaw, since the last reset. */
  thaws(): Promise<number>;
  /** What getting bytes out of the archive cost, since the last reset. */
  dollars(): Promise<number>;
  readonly prices: PriceTable;
  reset(): Promise<void>;
  stop(): Promise<void>;
}

interface S3Meter {
  readonly statuses: Readonly<Record<string, number>>;
  readonly dollars: { readonly retrieval: number };
}

async function anS3(): Promise<Cloud> {
  const fake = await startS3Fake();
  await makeBucket(fake, 'cold');
  const { endpoint, accessKeyId, secretAccessKey } = fake;
  const credentials = async () => ({ accessKeyId, secretAccessKey });
  const meter = async () => (await fake.ask('meter')) as S3Meter;
  return {
    store: (prefix) => new S3Store({ endpoint, bucket: 'cold', prefix, credentials }),
    advance: (hours) => fake.administer('clock', { advanceMs: hours * hourMs }),
    thaws: async () => (await meter()).statuses['202'] ?? 0,
    dollars: async () => (await meter()).dollars.retrieval,
    prices: standardPrices('s3', 'us-east-1'),
    reset: () => fake.administer('meter/reset', {}),
    stop: () => fake.stop(),
  };
}

async function anAzure(): Promise<Cloud> {
  const front = await startAzureFront(['--versioning']);
  const account = await front.account('cold');
  const credentials = async () =>
    mintContainerSas(account, { expiresAtMs: Date.now() + 24 * hourMs });
  const { endpoint, container } = account;
  return {
    store: (prefix) => new AzureStore({ endpoint, container, prefix, credentials }),
    advance: (hours) => front.administer('clock', { advanceMs: hours * hourMs }),
    thaws: async () => {
      const { Standard, High } = (await front.meter()).rehydrations;
      return Standard + High;
    },
    dollars: async () => (await front.meter()).dollars.retrieval,
    prices: standardPrices('azure-blob', 'sample'),
    reset: () => front.administer('meter/reset', {}),
    stop: () => front.stop(),
  };
}

describe.each([
  ['S3', anS3],
  ['Azure', anAzure],
] as const)('a retrieval from %s', (provider, start) => {
  let cloud: Cloud;
  beforeAll(async () => {
    cloud = await start();
  });
  afterAll(() => cloud?.stop());

  /** Two copies, each with an archived pack of its own. */
  async function aCloudWorld(prefix: string) {
    const all = await aWorldWithBackup({ coldStore: cloud.store(prefix) });
    await copy(all);
    const { world, hot } = all;
    world.tenant.putItem('mailbox:ben', 'ben-9', 'in the second copy');
    await world.backup('backup-2', hot);
    await copy(all, 2);
    await cloud.reset();
    const speed = 'standard' as const;
    const plan = async (session: string) => {
      await retrieve(all, 'copy-2', speed, { session, step: 'plan', retrievalId: session });
      return world.controller.of(session, 'retrievalPlan').at(-1);
    };
    /** Lets hours and rounds of polling pass until the session has ended. */
    const finish = async (ended: ReturnType<typeof retrieve>, session = 'retrieve-1') => {
      const begun = () => world.controller.of(session, 'retrieval').length > 0;
      await world.controller.until(begun);
      await cloud.advance(15);
      let isEnded = false;
      const result = ended.finally(() => {
        isEnded = true;
      });
      // So slowly that requests take no days: what is asked for is counted from the agent's now.
      await world.controller.until(() => {
        world.clock.advance(5);
        return isEnded;
      });
      return await result;
    };
    return { ...all, plan, finish, speed };
  }

  it('is planned first: what is needed, what has to thaw, and nothing is thawed', async () => {
    const all = await aCloudWorld('planned');
    const packs = await coldNames(all.world, 'packs/');
    const planned = await all.plan('plan-1');
    expect(planned).toMatchObject({ packs: packs.length, coldPacks: packs.length });
    expect(planned?.bytes).toBe(planned?.coldBytes);
    expect(planned?.neededBytes).toBeGreaterThan(0n);
    expect(planned?.neededBytes).toBeLessThanOrEqual(planned?.bytes ?? 0n);
    expect(await cloud.thaws()).toBe(0);
    await all.finish(retrieve(all, 'copy-2', all.speed));
    expect(await cloud.thaws()).toBe(packs.length);
    const thawed = { blobs: packs.length, bytes: Number(planned?.coldBytes), days: 1, nowMs: 0 };
    const { speed } = all;
    const estimate = estimateThaw(cloud.prices, 'archive', { ...thawed, speed });
    expect((await cloud.dollars()) / (estimate?.cost.retrieval ?? 0)).toBeCloseTo(1, 6);
    expect(await all.plan('plan-2')).toMatchObject({ packs: packs.length, coldPacks: 0 });
    await all.agent.stop();
  });

  it('uses what another has warm, and pays nothing for it', async () => {
    const all = await aCloudWorld('shared');
    await all.finish(retrieve(all, 'copy-2', all.speed));
    await cloud.reset();
    const session = 'retrieve-2';
    const again = retrieve(all, 'copy-2', all.speed, { session, retrievalId: 'another' });
    expect(await again).toMatchObject({ status: 'success' });
    expect(await cloud.thaws()).toBe(0);
    expect(await restore(all, { restorePointId: 'copy-2', retrievalId: 'another' })).toMatchObject({
      status: 'success',
    });
    await all.agent.stop();
  });

  it('lasts as long as it was asked for, also when another began the thaw for less', async () => {
    const all = await aCloudWorld('longer');
    const { controller } = all.world;
    const first = retrieve(all, 'copy-2', all.speed);
    await controller.until(() => controller.of('retrieve-1', 'retrieval').length > 0);
    const days = 20;
    const more = { session: 'retrieve-2', retrievalId: 'longer' };
    const availabilitySeconds = days * 86_400;
    const longer = retrieve(all, 'copy-2', all.speed, { ...more, availabilitySeconds });
    await controller.until(() => controller.of('retrieve-2', 'retrieval').length > 0);
    const ended = [all.finish(first), all.finish(longer, 'retrieve-2')];
    for (const end of await Promise.all(ended)) expect(end).toMatchObject({ status: 'success' });
    expect(await cloud.thaws()).toBe((await coldNames(all.world, 'packs/')).length);
    await cloud.advance((days - 1) * 24);
    const through = { restorePointId: 'copy-2', retrievalId: 'longer' };
    expect(await restore(all, through)).toMatchObject({ status: 'success' });
    await all.agent.stop();
  });

  it('is refused when it costs more than was agreed', async () => {
    const all = await aCloudWorld('dear');
    const limit = { perPack: 1, perByte: 0, priceMax: 0.5, currency: 'USD' };
    const end = await retrieve(all, 'copy-2', all.speed, { priceLimit: limit });
    expect(end).toMatchObject({ status: 'failed', problem: { code: 'E_RETRIEVAL_PRICE' } });
    expect(await cloud.thaws()).toBe(0);
    const enough = { ...limit, priceMax: 10 };
    const more = { session: 'retrieve-2', priceLimit: enough };
    const ended = retrieve(all, 'copy-2', all.speed, more);
    expect(await all.finish(ended, 'retrieve-2')).toMatchObject({ status: 'success' });
    await all.agent.stop();
  });

  it('of a single item thaws the packs that it needs alone', async () => {
    const all = await aCloudWorld('item');
    const packs = await coldNames(all.world, 'packs/');
    expect(packs.length).toBeGreaterThan(1);
    const objects = [{ objectId: 'mailbox:anna', folderIds: [], itemIds: ['anna-1'] }];
    await all.finish(retrieve(all, 'copy-2', all.speed, { objects }));
    expect(await cloud.thaws()).toBe(1);
    expect(await restore(all, { restorePointId: 'copy-2', objects })).toMatchObject({
      status: 'success',
      counts: { items: 1n },
    });
    await all.agent.stop();
  });

  it('is extended by a request, without a thaw', async () => {
    const all = await aCloudWorld('extended');
    await all.finish(retrieve(all, 'copy-2', all.speed));
    await cloud.reset();
    const availableUntil = new Date(all.world.clock.now() + 20 * 24 * hourMs);
    const step = { session: 'extend-1', step: 'extend', availableUntil } as const;
    expect(await retrieve(all, 'copy-2', all.speed, step)).toMatchObject({ status: 'success' });
    const told = all.world.controller.of('extend-1', 'retrieval').at(-1);
    expect(told).toMatchObject({ state: 'retrieved', availableUntil });
    expect(await cloud.thaws()).toBe(0);
    await cloud.advance(19 * 24);
    expect(await restore(all, { restorePointId: 'copy-2' })).toMatchObject({ status: 'success' });
    await all.agent.stop();
  });

  it('tells the state of each pack as it gets warm', async () => {
    const all = await aCloudWorld('told');
    await all.finish(retrieve(all, 'copy-2', all.speed));
    const told = all.world.controller
      .of('retrieve-1', 'retrievalPacks')
      .flatMap((one) => one.packs);
    const packs = await coldNames(all.world, 'packs/');
    for (const name of packs) {
      const states = told.filter(({ pack }) => pack === name).map(({ state }) => state);
      expect(states).toEqual(['retrieving', 'retrieved']);
    }
    await all.agent.stop();
  });

  it.runIf(provider === 'S3')('does not prolong again what an earlier process began', async () => {
    const all = await aCloudWorld('restarted');
    const ended = retrieve(all, 'copy-2', all.speed);
    const { controller } = all.world;
    await controller.until(() => controller.of('retrieve-1', 'retrieval').length > 0);
    await all.agent.stop();
    await cloud.advance(15);
    await cloud.reset();
    all.world.clock.advance(10 * hourMs);
    const next = all.world.start();
    expect(await ended).toMatchObject({ status: 'success' });
    expect(await cloud.thaws()).toBe(0);
    await next.stop();
  });
});
