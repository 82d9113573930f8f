import type { RepackTask as TaskMessage } from '@firn/shared/gen/firn/link/v1/link';
import type { RepackTask } from '@firn/shared/repository/repack/point-copy';
import { describe, expect, it } from 'vitest';
import { RemoteRepack } from './remote-repack.ts';

const key = { sessionId: 'copy-1', attempt: 1 };
const forever = new AbortController().signal;

function aTask(number: number): RepackTask {
  return {
    type: 'repack' as const,
    number,
    plan: Uint8Array.of(number),
    bytes: 1,
    contents: 1,
    objectIds: [],
  };
}

function aWorker(workerId: string, gone = false) {
  return { ...key, workerId, certificatePem: `certificate of ${workerId}`, gone };
}

function aResult(taskNumber: number, code?: string) {
  const problem = code === undefined ? undefined : { code, message: 'm', help: '', retry: '' };
  return { ...key, taskNumber, manifest: Buffer.of(taskNumber), problem };
}

function start() {
  const sent: TaskMessage[] = [];
  const remote = new RemoteRepack({
    key,
    boxes: {
      open: (box) => box.ciphertext,
      seal: (certificatePem, plain) => ({
        ephemeralPublicKey: Buffer.from(certificatePem),
        nonce: Buffer.alloc(0),
        ciphertext: Buffer.from(plain),
      }),
    },
    send: async (message) => {
      if (message.$case === 'repackTask') sent.push(message.value);
    },
  });
  const given = () => sent.map((each) => [each.workerId, each.taskNumber]);
  return { remote, sent, given };
}

describe('repacking on appliances', () => {
  it('waits for a worker, and seals the plan to its certificate', async () => {
    const { remote, sent, given } = start();
    const manifest = remote.execute(aTask(1), forever);
    expect(given()).toEqual([]);
    await remote.worker(aWorker('a'));
    expect(given()).toEqual([['a', 1]]);
    expect(sent[0]?.plan?.ephemeralPublicKey.toString()).toBe('certificate of a');
    await remote.result(aResult(1));
    expect([...(await manifest)]).toEqual([1]);
  });

  it('sends a long plan in parts', async () => {
    const { remote, sent } = start();
    await remote.worker(aWorker('a'));
    const plan = new Uint8Array(2_000_000).map((_, at) => at % 251);
    const manifest = remote.execute({ ...aTask(1), plan }, forever);
    await remote.result(aResult(1));
    await manifest;
    expect(sent.map(({ part, parts }) => [part, parts])).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
    const boxes = sent.map((each) => each.plan?.ciphertext ?? Buffer.alloc(0));
    expect(Buffer.concat(boxes).equals(plan)).toBe(true);
  });

  it('gives a worker a few tasks at a time, and the next one when it is done', async () => {
    const { remote, given } = start();
    await remote.worker(aWorker('a'));
    const all = [1, 2, 3].map((number) => remote.execute(aTask(number), forever));
    await Promise.resolve();
    expect(given()).toEqual([
      ['a', 1],
      ['a', 2],
    ]);
    await remote.result(aResult(1));
    await all[0];
    expect(given().at(-1)).toEqual(['a', 3]);
    await remote.result(aResult(2));
    await remote.result(aResult(3));
    await Promise.all(all);
  });

  it('gives the tasks of a worker that is gone to another', async () => {
    const { remote, given } = start();
    await remote.worker(aWorker('a'));
    const manifest = remote.execute(aTask(1), forever);
    await remote.worker(aWorker('a', true));
    await remote.worker(aWorker('b'));
    expect(given()).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
    await remote.result(aResult(1));
    await manifest;
  });

  it('gives open tasks again on a new link', async () => {
    const { remote, given } = start();
    await remote.worker(aWorker('a'));
    const manifest = remote.execute(aTask(1), forever);
    await remote.linkIsUp();
    expect(given()).toEqual([
      ['a', 1],
      ['a', 1],
    ]);
    await remote.result(aResult(1));
    await remote.result(aResult(1));
    await manifest;
  });

  it('tries a task again that failed for a while, and gives up on one that cannot succeed', async () => {
    const { remote, given } = start();
    await remote.worker(aWorker('a'));
    const manifest = remote.execute(aTask(1), forever);
    await remote.result(aResult(1, 'E_STORAGE_UNAVAILABLE'));
    expect(given()).toHaveLength(2);
    await remote.result(aResult(1, 'E_WORK_UNKNOWN'));
    await expect(manifest).rejects.toMatchObject({ code: 'E_WORK_UNKNOWN' });
  });

  it('tells every worker the last task, also one that comes later', async () => {
    const { remote, sent } = start();
    await remote.worker(aWorker('a'));
    await remote.finish();
    await remote.worker(aWorker('b'));
    expect(sent.map((each) => [each.workerId, each.last])).toEqual([
      ['a', true],
      ['b', true],
    ]);
  });

  it('stops waiting when the session stops', async () => {
    const { remote } = start();
    const stop = new AbortController();
    const manifest = remote.execute(aTask(1), stop.signal);
    stop.abort(new Error('stopped'));
    await expect(manifest).rejects.toThrow('stopped');
  });
});
