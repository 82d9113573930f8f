import type { Assignment } from '@firn/shared/gen/firn/link/v1/link';
import type { RetrievalWork } from '@firn/shared/gen/firn/link/v1/work';
import type { Route } from '@firn/shared/rest/route';
import { routeTable } from '@firn/shared/rest/route-table';
import { describe, expect, it } from 'vitest';
import { runToEnd } from './harness/set-up.ts';
import { useSetUp } from './harness/use-controller.ts';

const gib = 2 ** 30;
const hourMs = 3_600_000;

const { controller, host, ready: used } = await useSetUp();
const { link } = used;
await controller.client.call('startJob', { params: { job: 'all' }, body: {} });
await runToEnd(link, true);
await controller.client.call('startCopyJob', { params: { copyJob: 'copy' }, body: {} });
const point = await runToEnd(link, true);

function workOf(assignment: Assignment): RetrievalWork {
  const work = assignment.work?.work;
  if (work?.$case !== 'retrieval') throw new Error(`a retrieval was expected, not ${work?.$case}`);
  return work.value;
}

function retrievalOf(id: string) {
  return controller.client.call('getRetrieval', { params: { retrieval: id } });
}

/** A retrieval that its proxy has planned: two packs of a GiB have to thaw. */
async function planned(): Promise<string> {
  const { retrieval } = await controller.client.call('planRetrieval', {
    body: { copyJobId: 'copy' },
  });
  const { id: retrievalId } = retrieval;
  expect(retrieval).toMatchObject({ state: 'planning', restorePointId: point });
  const assignment = await link.accept();
  expect(workOf(assignment)).toMatchObject({ step: 'plan', retrievalId, restorePointId: point });
  const cold = { coldPacks: 2, coldBytes: BigInt(2 * gib) };
  const size = { packs: 3, bytes: BigInt(3 * gib), neededBytes: 9n, missingPacks: 0 };
  const value = { retrievalId, ...cold, ...size };
  await link.event(assignment, { $case: 'retrievalPlan', value });
  await link.end(assignment);
  return retrievalId;
}

async function started(): Promise<{ readonly id: string; readonly assignment: Assignment }> {
  const id = await planned();
  await controller.client.call('startRetrieval', {
    params: { retrieval: id },
    body: { speed: 'standard', noticeHours: 2 },
  });
  return { id, assignment: await link.accept() };
}

async function retrieved(): Promise<string> {
  const { id, assignment } = await started();
  await ready(assignment);
  await link.end(assignment);
  return id;
}

async function ready(assignment: Assignment, availableUntil?: Date): Promise<void> {
  const { retrievalId } = workOf(assignment);
  const counts = { packsTotal: 3, packsReady: 3, bytes: BigInt(3 * gib) };
  const value = { retrievalId, state: 'retrieved', ...counts, availableUntil };
  await link.event(assignment, { $case: 'retrieval', value });
}

/** The view is registered when the controller has read its first message. */
async function exploredObjects(restorePoint: string) {
  for (;;) {
    try {
      return await controller.client.call('exploreObjects', {
        params: { restorePoint },
        query: {},
      });
    } catch (error) {
      if ((error as { code: string }).code !== 'E_PROXY_OFFLINE') throw error;
    }
  }
}

async function remove(id: string): Promise<void> {
  await host.sql(`UPDATE retrievals SET available_until = now() WHERE id = '${id}'`);
  await removedCopies();
}

/** The proxy deletes the copies. */
async function removedCopies(): Promise<void> {
  const assignment = await link.accept();
  expect(assignment.work?.work?.$case).toBe('removeRetrieval');
  await link.end(assignment);
}

describe('a retrieval', () => {
  it('tells packs, bytes, price and time for each speed before it starts', async () => {
    const id = await planned();
    const { state, plan } = await retrievalOf(id);
    expect(state).toBe('planned');
    expect(plan).toMatchObject({ packs: 3, coldPacks: 2, coldBytes: 2 * gib, neededBytes: 9 });
    expect(plan?.speeds.map(({ speed }) => speed)).toEqual(['expedited', 'standard']);
    for (const { price = 0, hoursMin = 0, hoursMax = 0 } of plan?.speeds ?? []) {
      expect(price).toBeGreaterThan(0);
      expect(hoursMax).toBeGreaterThanOrEqual(hoursMin);
    }
    expect(plan?.prices).toMatchObject({ currency: 'USD' });
  });

  it('starts with a speed, and lets the proxy refuse a price that rose by more than 5 %', async () => {
    const { id, assignment } = await started();
    const { plan, speed, state } = await retrievalOf(id);
    expect({ speed, state }).toEqual({ speed: 'standard', state: 'retrieving' });
    const { priceLimit, step } = workOf(assignment);
    expect(step).toBe('thaw');
    const price = plan?.speeds.find((each) => each.speed === 'standard')?.price ?? 0;
    expect(priceLimit?.priceMax).toBeCloseTo(1.05 * price, 12);
    const { perPack = 0, perByte = 0 } = priceLimit ?? {};
    expect(2 * perPack + 2 * gib * perByte).toBeCloseTo(price, 9);
    await expect(
      controller.client.call('startRetrieval', {
        params: { retrieval: id },
        body: { speed: 'standard' },
      }),
    ).rejects.toMatchObject({ code: 'E_CONFLICT' });
    const code = 'E_RETRIEVAL_PRICE';
    const problem = { code, message: 'dearer', retry: 'never', help: '', context: {} };
    await link.end(assignment, { status: 'failed', problem });
    expect(await retrievalOf(id)).toMatchObject({ state: 'failed' });
  });

  it('takes a speed that the class has, and the newest point of a time', async () => {
    const id = await planned();
    const start = controller.client.call('startRetrieval', {
      params: { retrieval: id },
      body: { speed: 'bulk' },
    });
    await expect(start).rejects.toMatchObject({ code: 'E_RETRIEVAL_SPEED' });
    const at = (time: number) =>
      controller.client.call('planRetrieval', {
        body: { copyJobId: 'copy', at: new Date(time).toISOString() },
      });
    await expect(at(0)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    const { retrieval } = await at(Date.now() + hourMs);
    expect(retrieval.restorePointId).toBe(point);
    await link.end(await link.accept(), { status: 'failed' });
    const both = { copyJobId: 'copy', restorePointId: point };
    await expect(controller.client.call('planRetrieval', { body: both })).rejects.toMatchObject({
      code: 'E_REQUEST_INVALID',
    });
  });

  it('is a restore point of its own, of which packs can be restored as they get warm', async () => {
    const { id, assignment } = await started();
    const { sessionId } = await retrievalOf(id);
    const restorePoint = await controller.client.call('getRestorePoint', {
      params: { restorePoint: sessionId },
    });
    expect(restorePoint).toMatchObject({
      isRetrieved: true,
      retrievalId: id,
      retrievedFrom: point,
      storageClass: 'hot',
      objects: 2,
    });
    const packs = [
      { pack: 'packs/a', bytes: 5n, state: 'retrieved' },
      { pack: 'packs/b', bytes: 7n, state: 'retrieving' },
    ];
    const value = { retrievalId: id, packs };
    await link.event(assignment, { $case: 'retrievalPacks', value });
    const listed = await controller.client.call('listRetrievalPacks', {
      params: { retrieval: id },
      query: {},
    });
    expect(listed.items).toEqual([
      { pack: 'packs/a', bytes: 5, state: 'retrieved' },
      { pack: 'packs/b', bytes: 7, state: 'retrieving' },
    ]);
    await controller.client.call('createRestore', { body: { restorePointId: sessionId } });
    const restore = await link.accept();
    expect(restore.work?.work).toMatchObject({
      $case: 'restore',
      value: { restorePointId: point, retrievalId: id },
    });
    await link.end(restore);
    await ready(assignment);
    await link.end(assignment);
    await remove(id);
    await expect(
      controller.client.call('createRestore', { body: { restorePointId: sessionId } }),
    ).rejects.toMatchObject({ code: 'E_RETRIEVAL_NOT_READY' });
    const points = await controller.client.call('listRestorePoints', {
      query: { isRetrieved: true },
    });
    expect(points.items.map((each) => each.retrievalId)).not.toContain(id);
  });

  it('shows the objects that were retrieved, and restores those unless told otherwise', async () => {
    const { client } = controller;
    const objects = [{ objectId: 'mailbox:anna', itemIds: ['one'] }];
    const { retrieval, session } = await client.call('createRetrieval', {
      body: { restorePointId: point, objects },
    });
    const assignment = await link.accept();
    const view = await used.proxy.view();
    const item = { kind: 'mailbox', name: 'n', user: 'u', items: 1, bytes: 2 };
    const both = ['mailbox:anna', 'mailbox:ben'].map((objectId) => ({ ...item, objectId }));
    const answer = (async () => {
      for await (const { requestId } of view.questions) {
        const value = Buffer.from(JSON.stringify({ items: both }));
        await view.send({ requestId, answer: { $case: 'page', value } });
        return;
      }
    })();
    const page = await exploredObjects(session.id);
    await answer;
    view.close();
    expect(page.items.map(({ objectId }) => objectId)).toEqual(['mailbox:anna']);
    await client.call('createRestore', { body: { restorePointId: session.id } });
    const restore = await link.accept();
    expect(restore.work?.work).toMatchObject({
      value: { objects: [{ objectId: 'mailbox:anna', folderIds: [], itemIds: ['one'] }] },
    });
    await link.end(restore);
    await ready(assignment);
    await link.end(assignment);
    await remove(retrieval.id);
  });

  it('is extended by a session that thaws nothing', async () => {
    const id = await retrieved();
    const before = await retrievalOf(id);
    await controller.client.call('extendRetrieval', {
      params: { retrieval: id },
      body: { seconds: 3_600 },
    });
    const assignment = await link.accept();
    expect((await retrievalOf(id)).state).toBe('extending');
    const until = new Date(Date.parse(before.availableUntil ?? '') + hourMs);
    expect(workOf(assignment)).toMatchObject({ step: 'extend', availableUntil: until });
    await ready(assignment, until);
    await link.end(assignment);
    expect(await retrievalOf(id)).toMatchObject({
      state: 'retrieved',
      availableUntil: until.toISOString(),
    });
    await remove(id);
  });

  it('stays as it is when its extension fails', async () => {
    const id = await retrieved();
    const before = await retrievalOf(id);
    await controller.client.call('extendRetrieval', {
      params: { retrieval: id },
      body: { seconds: 3_600 },
    });
    await link.end(await link.accept(), { status: 'failed' });
    expect(await retrievalOf(id)).toEqual(before);
    await remove(id);
  });

  it('gives notice before its end, once, and is extended while a restore runs', async () => {
    const id = await retrieved();
    const { sessionId } = await retrievalOf(id);
    await controller.client.call('createRestore', {
      body: { restorePointId: point, retrievalId: id },
    });
    const restore = await link.accept();
    await host.sql(
      `UPDATE retrievals SET available_until = now() + interval '1 hour' WHERE id = '${id}'`,
    );
    const extension = await link.accept();
    expect(workOf(extension)).toMatchObject({ step: 'extend', retrievalId: id });
    await ready(extension, workOf(extension).availableUntil);
    await link.end(extension);
    await link.end(restore);
    await host.sql(
      `UPDATE retrievals SET available_until = now() + interval '1 hour' WHERE id = '${id}'`,
    );
    const noticed = async () => {
      const { items } = await controller.client.call('listSessionLog', {
        params: { session: sessionId },
        query: {},
      });
      return items.filter(({ message }) => message.includes('can be read until')).length;
    };
    while ((await noticed()) === 0);
    await remove(id);
    expect(await noticed()).toBeLessThanOrEqual(2);
  });

  it('is cancelled while it is planned, or with its copies while it is retrieving', async () => {
    const id = await planned();
    const cancel = (retrieval: string) =>
      controller.client.call('cancelRetrieval', { params: { retrieval } });
    expect(await cancel(id)).toMatchObject({ state: 'cancelled' });
    const running = await started();
    await cancel(running.id);
    const { sessionId } = await link.next('cancel');
    expect(sessionId).toBe(running.assignment.sessionId);
    await link.end(running.assignment, { status: 'stopped' });
    await removedCopies();
    expect(await retrievalOf(running.id)).toMatchObject({ state: 'cancelled' });
    await expect(cancel(running.id)).rejects.toMatchObject({ code: 'E_CONFLICT' });
  });

  it('lapses a day after it was planned', async () => {
    const id = await planned();
    await host.sql(
      `UPDATE retrievals SET plan = jsonb_set(plan, '{plannedAt}', '"2020-01-01T00:00:00Z"')
        WHERE id = '${id}'`,
    );
    while ((await retrievalOf(id)).state === 'planned');
    expect((await retrievalOf(id)).state).toBe('expired');
  });
});

describe('a token of scope portal', () => {
  it('sees nothing of retrieved data, on any route', async () => {
    const id = await retrieved();
    const { sessionId } = await retrievalOf(id);
    const ask = await askAsPortal();
    const requests = protectedRoutes().flatMap(([operation, route]) =>
      requestsAbout(route, { id, sessionId }).map((request) => ({ operation, route, request })),
    );
    for (const { operation, route, request } of requests) {
      const { status, text } = await ask(request.method, request.path, request.body);
      if (operation === 'listRestorePoints') expect(text).not.toContain(id);
      else expect(route.portal === true ? [403, 404] : [403], operation).toContain(status);
    }
    await remove(id);
  });

  it('explores through no retrieval, and lists no retrieved point', async () => {
    const id = await retrieved();
    const ask = await askAsPortal();
    for (const below of ['objects', 'objects/o/folders', 'objects/o/folders/f/items', 'items']) {
      const { status } = await ask('GET', `/restore-points/${point}/${below}?retrievalId=${id}`);
      expect(status).toBe(403);
    }
    expect((await ask('GET', `/restore-points/${point}`)).status).toBe(200);
    expect((await ask('GET', '/restore-points?isRetrieved=true')).text).not.toContain(id);
    await remove(id);
  });
});

function protectedRoutes(): [string, Route][] {
  return Object.entries(routeTable).filter(([, { scope }]) => scope !== 'public');
}

/** Requests that name retrieved data wherever the route has a place for it. */
function requestsAbout(
  { method, path, body }: Route,
  { id, sessionId }: { readonly id: string; readonly sessionId: string },
) {
  const ids = { restorePoint: sessionId, retrieval: id, session: sessionId };
  const named: Readonly<Record<string, string>> = { ...ids, objectId: 'o', folderId: 'f' };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => named[name] ?? 'all');
  if (body === undefined) return [{ method, path: filled, body: undefined }];
  const bodies = [{ restorePointId: sessionId }, { restorePointId: point, retrievalId: id }];
  return bodies.map((each) => ({ method, path: filled, body: each }));
}

let tokens = 0;

/** What a client of a portal may send. */
async function askAsPortal() {
  tokens += 1;
  const { secret } = await controller.client.call('createToken', {
    body: { name: `portal ${tokens}`, scope: 'portal' },
  });
  return (method: string, path: string, body?: object) =>
    controller.request({
      method,
      path: `/api/v1${path}`,
      headers: {
        authorization: `Bearer ${secret}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      body: body && JSON.stringify(body),
    });
}
