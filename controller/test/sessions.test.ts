import { describe, expect, it } from 'vitest';
import { runToEnd } from './harness/set-up.ts';
import { useSetUp } from './harness/use-controller.ts';

const { controller, host, ready } = await useSetUp();

async function startJob() {
  const { id } = await controller.client.call('startJob', { params: { job: 'all' }, body: {} });
  return id;
}

async function session(id: string) {
  return controller.client.call('getSession', { params: { session: id } });
}

const counts = {
  items: 3n,
  bytes: 1_000n,
  itemsRemoved: 0n,
  itemsFailed: 1n,
  requests: 7n,
  batchedRequests: 20n,
  storedBytes: 500n,
  packs: 1n,
  puts: 4n,
};

describe('a backup session', () => {
  it('carries work and sealed secrets, stores results and makes a restore point', async () => {
    const { link, proxy, privateKeyPem } = ready;
    const id = await startJob();
    const assignment = await link.accept();
    expect(assignment).toMatchObject({ sessionId: id, attempt: 1 });
    const work = assignment.work?.work;
    expect(work?.$case === 'backup' && work.value.scope?.entireOrganization).toBe(true);
    const secrets = proxy.secretsOf(assignment);
    expect(secrets.organization?.privateKeyPem).toBe(privateKeyPem);
    expect(secrets.repositories[0]?.rootKey).toHaveLength(32);
    expect(secrets.storages[0]?.sasToken).toContain('sig=');
    await link.event(assignment, {
      $case: 'object',
      value: {
        objectId: 'mailbox:1',
        kind: 'mailbox',
        name: 'Ada',
        user: 'ada@contoso.example',
        status: 'warning',
        mode: 'full',
        counts,
        failedItems: [
          {
            itemId: 'i1',
            name: 'a mail',
            folder: 'Inbox',
            problem: { code: 'E_SOURCE_THROTTLED', message: 'busy', help: 'wait', retry: 'later' },
          },
        ],
        problem: undefined,
      },
    });
    await link.event(assignment, { $case: 'log', value: { level: 'info', message: 'one line' } });
    await link.end(assignment, { status: 'warning', counts });
    expect(await session(id)).toMatchObject({
      state: 'warning',
      counts: { items: 3, requests: 7 },
      objects: { total: 1, warning: 1 },
    });
    const objects = await controller.client.call('listSessionObjects', {
      params: { session: id },
      query: { status: 'warning' },
    });
    expect(objects.items[0]).toMatchObject({
      user: 'ada@contoso.example',
      failedItems: [{ itemId: 'i1' }],
    });
    const log = await controller.client.call('listSessionLog', { params: { session: id } });
    expect(log.items.map(({ message }) => message)).toContain('one line');
  });

  it('is one per job: a second is refused until the first ended', async () => {
    await startJob();
    await expect(startJob()).rejects.toMatchObject({ code: 'E_SESSION_OPEN' });
    await runToEnd(ready.link, true);
  });

  it('starts once for one Idempotency-Key, and refuses the key for another request', async () => {
    const start = (full: boolean) =>
      controller.client.call('startJob', {
        params: { job: 'all' },
        body: { full },
        idempotencyKey: 'monday',
      });
    const first = await start(true);
    expect(await start(true)).toEqual(first);
    await expect(start(false)).rejects.toMatchObject({ code: 'E_IDEMPOTENCY_KEY_REUSED' });
    await runToEnd(ready.link, true);
  });

  it('stores a repeated event once and acknowledges it again; a gap is not acknowledged', async () => {
    const { link } = ready;
    const id = await startJob();
    const { sessionId, attempt } = await link.accept();
    const line = (sequence: bigint, message: string) =>
      link.send({
        $case: 'event',
        value: {
          sessionId,
          attempt,
          sequence,
          at: new Date(),
          event: { $case: 'log', value: { level: 'info', message } },
        },
      });
    await line(1n, 'first');
    await line(1n, 'first');
    await line(3n, 'third');
    await line(2n, 'second');
    const acks = [];
    for (let n = 0; n < 3; n += 1) acks.push((await link.next('eventAck')).upTo);
    expect(acks).toEqual([1n, 1n, 2n]);
    const log = await controller.client.call('listSessionLog', { params: { session: id } });
    expect(log.items.map(({ message }) => message)).toEqual(['first', 'second']);
    await controller.client.call('stopSession', { params: { session: id } });
    await link.next('cancel');
    await line(3n, 'third');
    await link.next('eventAck');
    await link.send({
      $case: 'event',
      value: {
        sessionId,
        attempt,
        sequence: 4n,
        at: new Date(),
        event: {
          $case: 'ended',
          value: { status: 'stopped', counts: undefined, problem: undefined },
        },
      },
    });
    await link.next('eventAck');
    expect(await session(id)).toMatchObject({
      state: 'stopped',
      problem: { code: 'E_SESSION_STOPPED' },
    });
  });

  it('fails with the reason when the proxy refuses the assignment', async () => {
    const id = await startJob();
    const { sessionId, attempt } = await ready.link.next('assignment');
    const problem = { code: 'E_WORK_UNKNOWN', message: 'too old', help: 'update', retry: 'never' };
    await ready.link.send({ $case: 'refused', value: { sessionId, attempt, problem } });
    await ready.link.send({ $case: 'heartbeat', value: { running: [], rssBytes: 1n } });
    await ready.link.next('leasesRenewed');
    expect(await session(id)).toMatchObject({ state: 'failed', problem: { message: 'too old' } });
  });

  it('is followed live: snapshot, lines, ticks, end; and from a line on', async () => {
    const id = await startJob();
    const assignment = await ready.link.accept();
    const events = controller.client.followSession(id, {})[Symbol.asyncIterator]();
    const until = async (kind: string) => {
      for (;;) {
        const { value } = await events.next();
        if (value === undefined || value.event === kind) return value;
      }
    };
    expect(await until('snapshot')).toMatchObject({ data: { id } });
    await ready.link.event(assignment, { $case: 'log', value: { level: 'info', message: 'a' } });
    const line = await until('log');
    expect(line).toMatchObject({ data: { message: 'a' } });
    const tick = {
      sessionId: id,
      attempt: 1,
      phase: 'mailboxes',
      objectsDone: 1,
      objectsTotal: 2,
      items: 3,
      bytes: 4,
      itemsFailed: 0,
      requests: 5,
      batchedRequests: 6,
      packs: 0,
      packsTotal: 0,
      current: 'Ada',
      atMs: 1_000,
    };
    const subject = `firn.v1.progress.${ready.proxy.workerId}.${id}`;
    controller.bus.publish(subject, Buffer.from(JSON.stringify(tick)));
    expect(await until('progress')).toMatchObject({ data: { phase: 'mailboxes', items: 3 } });
    await ready.link.event(assignment, { $case: 'log', value: { level: 'info', message: 'b' } });
    await ready.link.end(assignment);
    expect(await until('end')).toMatchObject({ data: { state: 'success' } });
    const again = await Array.fromAsync(
      controller.client.followSession(id, { lastEventId: String(line?.id) }),
    );
    expect(again.map(({ event }) => event)).toEqual(['snapshot', 'log', 'end']);
  });
});

describe('copy, retrieval and restore', () => {
  it('runs from the newest point to the removal of what was retrieved', async () => {
    const { client } = controller;
    const { link } = ready;
    await startJob();
    const pointId = await runToEnd(link, true);
    const copy = await client.call('startCopyJob', { params: { copyJob: 'copy' }, body: {} });
    expect(copy.restorePointId).toBe(pointId);
    const copyPointId = await runToEnd(link, true);
    const restore = (body: { restorePointId: string; retrievalId?: string }) =>
      client.call('createRestore', { body });
    await expect(restore({ restorePointId: copyPointId })).rejects.toMatchObject({
      code: 'E_RETRIEVAL_REQUIRED',
    });
    const { retrieval } = await client.call('createRetrieval', {
      body: { restorePointId: copyPointId, availabilitySeconds: 30_000, speed: 'expedited' },
    });
    const selected = { restorePointId: copyPointId, retrievalId: retrieval.id };
    const assignment = await link.accept();
    const changed = {
      retrievalId: retrieval.id,
      packsTotal: 2,
      packsReady: 2,
      bytes: 9n,
      availableUntil: undefined,
    };
    await link.event(assignment, {
      $case: 'retrieval',
      value: { ...changed, state: 'retrieved' },
    });
    await link.end(assignment);
    await restore(selected);
    await expect(
      client.call('removeRetrieval', { params: { retrieval: retrieval.id } }),
    ).rejects.toMatchObject({ code: 'E_IN_USE' });
    await runToEnd(link, false);
    await host.sql('UPDATE retrievals SET available_until = now()');
    const removal = await link.accept();
    expect(removal.work?.work?.$case).toBe('removeRetrieval');
    await link.end(removal);
    const after = await client.call('getRetrieval', { params: { retrieval: retrieval.id } });
    expect(after).toMatchObject({ state: 'expired', packsReady: 2 });
    await expect(
      client.call('createRetrieval', { body: { restorePointId: pointId } }),
    ).rejects.toMatchObject({ code: 'E_RETRIEVAL_NOT_NEEDED' });
  });

  it('leaves a history that is listed by the name or id of its job', async () => {
    const { client } = controller;
    const byName = await client.call('listSessions', { query: { jobId: 'all', kind: 'backup' } });
    const { id } = await client.call('getJob', { params: { job: 'all' } });
    const byId = await client.call('listSessions', { query: { jobId: id, kind: 'backup' } });
    expect(byName.items.length).toBeGreaterThan(0);
    expect(byName).toEqual(byId);
    const copies = await client.call('listRestorePoints', { query: { copyJobId: 'copy' } });
    expect(copies.items.map(({ storageClass }) => storageClass)).toEqual(['archive']);
    await expect(
      client.call('listSessions', { query: { jobId: 'no such job' } }),
    ).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });

  it('explores through the proxy, and says so when it is not there', async () => {
    const { client } = controller;
    const points = await client.call('listRestorePoints', { query: { limit: 1 } });
    const restorePoint = points.items[0]?.id ?? '';
    const query = { cursor: 'behind this', limit: 7 };
    const ask = () => client.call('exploreObjects', { params: { restorePoint }, query });
    await expect(ask()).rejects.toMatchObject({ code: 'E_PROXY_OFFLINE' });
    const view = await ready.proxy.view();
    const questions = view.questions[Symbol.asyncIterator]();
    const page = {
      items: [{ objectId: 'o', kind: 'mailbox', name: 'n', user: 'u', items: 1, bytes: 2 }],
    };
    const serve = async (answer: object) => {
      const { value } = await questions.next();
      const bytes = Buffer.from(JSON.stringify(answer));
      await view.send({ requestId: value.requestId, answer: { $case: 'page', value: bytes } });
      return value.question;
    };
    // The stream is registered when the controller has read its first message.
    const answered = async () => {
      for (;;) {
        try {
          return await ask();
        } catch (error) {
          if ((error as { code: string }).code !== 'E_PROXY_OFFLINE') throw error;
        }
      }
    };
    const [objects, question] = await Promise.all([answered(), serve(page)]);
    expect(objects).toEqual(page);
    expect(question).toEqual({ $case: 'listObjects', value: query });
    const [refused] = await Promise.allSettled([ask(), serve({ items: [{}] })]);
    expect(refused).toMatchObject({ reason: { code: 'E_PROXY_ANSWER_INVALID' } });
    view.close();
  });
});
