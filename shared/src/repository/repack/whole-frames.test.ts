import { describe, expect, it } from 'vitest';
import { copyPoint } from '../../../test/repository/copying.ts';
import { checked } from '../../../test/repository/damaging.ts';
import { shownBy } from '../../../test/repository/repairing.ts';
import {
  anItem,
  anObject,
  aRepository,
  opened,
  owned,
  someBytes,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { batchesInThread } from '../../compute/node-batches.ts';
import { nodeCompute } from '../../compute/node-compute.ts';
import { utf8 } from '../bytes.ts';
import type { Compute } from '../ports.ts';
import type { PlannedContent } from './plan-codec.ts';
import { wholeFrames } from './whole-frames.ts';

/** Half of it shrinks. */
function halfDense(seed: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(someBytes(seed, Math.floor(length / 2)));
  return bytes;
}

interface Backup {
  readonly items: Readonly<Record<string, number>>;
  readonly removed?: readonly string[];
}

/** Items of these sizes; by date they come in another order than they were stored in. */
async function backUp(from: TestRepository, sessionId: string, { items, removed = [] }: Backup) {
  const repository = await owned(from);
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  const writer = await session.object(anObject('mailbox'));
  for (const [at, [itemId, size]] of Object.entries(items).entries()) {
    const date = new Date(Date.UTC(2024, 0, 28 - ((at * 5) % 28))).toISOString();
    await writer.putItem(anItem(itemId, { date }), halfDense(itemId, size));
  }
  for (const itemId of removed) await writer.removeItem(itemId);
  await writer.finish({ syncState: utf8(sessionId), mode: 'incremental', counts: {} });
  await session.commit({ done: true });
}

/** How many bytes of content go through the compressor. */
function meteredCompute() {
  const meter = { bytes: 0 };
  const counting: Compute = {
    ...nodeCompute,
    compressInto: (target, bytes, level) => {
      meter.bytes += bytes.length;
      return nodeCompute.compressInto(target, bytes, level);
    },
  };
  return { meter, compute: { ...counting, batches: batchesInThread(counting) } };
}

/** @returns bytes that were compressed for it */
async function expectCopied(from: TestRepository, pointId: string): Promise<number> {
  const to = await aRepository('target');
  const { meter, compute } = meteredCompute();
  await copyPoint({ from, to, pointId, compute, packBytes: 4_000_000 });
  for (const name of to.store.names('packs/')) to.store.thawInPlace(name);
  const copied = await shownBy(await opened(to), { jobId: 'copy', pointId: `copy-${pointId}` });
  expect(copied).toEqual(await shownBy(await opened(from), { jobId: 'job', pointId }));
  expect((await checked(to)).filter(({ severity }) => severity !== 'note')).toEqual([]);
  return meter.bytes;
}

const sizes = Object.fromEntries(
  Array.from({ length: 60 }, (_, n) => [`item-${n}`, n % 7 === 0 ? 300_000 : 20_000]),
);
const bytes = Object.values(sizes).reduce((sum, size) => sum + size, 0);

describe('frames of a copy', () => {
  it('pass without being compressed again, though dates order packs', async () => {
    const from = await aRepository('source');
    await backUp(from, 's1', { items: sizes });
    expect(await expectCopied(from, 's1')).toBeLessThan(0.05 * bytes);
  });

  it('are made anew where they hold what the copy does not want', async () => {
    const from = await aRepository('source');
    await backUp(from, 's1', { items: sizes });
    const removed = Object.keys(sizes).filter((_, n) => n % 7 === 3);
    await backUp(from, 's2', { items: {}, removed });
    const compressed = await expectCopied(from, 's2');
    expect(compressed).toBeGreaterThan(0.1 * bytes);
    expect(compressed).toBeLessThan(0.6 * bytes);
  });

  it('are made of small ones, which would stay small in every copy', async () => {
    const from = await aRepository('source');
    const each = 5_000;
    for (let n = 0; n < 8; n += 1) await backUp(from, `s${n}`, { items: { [`item-${n}`]: each } });
    expect(await expectCopied(from, 's7')).toBeGreaterThanOrEqual(8 * each);
  });
});

/** Of frames and offsets: of 50,000 bytes each. */
function contentsAt(...places: readonly (readonly [frame: number, at: number])[]) {
  return places.map(([frame, at], n): PlannedContent => {
    return { contentId: `${n}`, frame, offset: at * 50_000, length: 50_000 };
  });
}

function framesOf(contents: readonly PlannedContent[], targetOf = (_: number) => 0) {
  const found = wholeFrames({ contents, first: 0, end: contents.length, targetOf });
  return [...found].map(([frame, run]) => [frame, run.first, run.contents]);
}

describe('wholeFrames', () => {
  it('are those whose contents follow each other from the beginning', () => {
    expect(framesOf(contentsAt([4, 0], [4, 1], [9, 0], [9, 1], [9, 2]))).toEqual([
      [4, 0, 2],
      [9, 2, 3],
    ]);
  });

  it.each([
    ['begins in the middle', contentsAt([4, 1], [4, 2])],
    ['has a gap', contentsAt([4, 0], [4, 2])],
    ['is in another order', contentsAt([4, 1], [4, 0])],
    ['is interrupted', contentsAt([4, 0], [4, 1], [5, 1], [4, 2])],
    ['names a content twice', contentsAt([4, 0], [4, 1], [4, 1])],
  ])('leave out what %s', (_, contents) => {
    expect(framesOf(contents)).toEqual([]);
  });

  it('leave out what goes to two targets', () => {
    const contents = contentsAt([4, 0], [4, 1], [4, 2], [4, 3]);
    expect(framesOf(contents, (at) => Math.floor(at / 2))).toEqual([]);
  });
});
