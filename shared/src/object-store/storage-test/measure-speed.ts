import { mapConcurrent } from '../../lifecycle/concurrency.ts';
import type { TestedStorage } from './storage-check.ts';

/** Medians and rates, as seen from this machine. */
export interface StorageSpeed {
  readonly putMs: number;
  readonly getMs: number;
  /** Bytes a second, here and below. */
  readonly uploadOneStream: number;
  readonly uploadEightStreams: number;
  readonly downloadOneStream: number;
  readonly downloadEightStreams: number;
  /** Objects of 1 KiB, 8 at a time. */
  readonly smallObjectsPerSecond: number;
}

export interface SpeedScale {
  /** Of one large object. */
  readonly largeBytes: number;
  /** More than a page of a listing, so that paging is seen as well. */
  readonly smallObjects: number;
}

/** 8 objects of 16 MiB and 1,100 small ones: about 1,200 puts, a cent on AWS. */
export const standardScale: SpeedScale = { largeBytes: 16 << 20, smallObjects: 1_100 };

const streams = 8;
const latencyRounds = 9;
const smallBytes = 1_024;

/** What the listing of the small objects gave. */
export interface MeasuredSpeed {
  readonly speed: StorageSpeed;
  readonly smallObjectsListed: number;
  readonly inOrder: boolean;
}

export async function measureSpeed(
  tested: TestedStorage,
  scale: SpeedScale,
): Promise<MeasuredSpeed> {
  const { root } = tested;
  const large = Buffer.alloc(scale.largeBytes, 'not much to compress, and nobody does');
  const put = (name: string, body: Uint8Array) => tested.store.put(name, body, signalOf(tested));
  const get = (name: string) => tested.store.get(name, undefined, tested.signal);
  const smalls = Array.from({ length: scale.smallObjects }, (_, index) => `${root}small/${index}`);
  const larges = Array.from({ length: streams }, (_, index) => `${root}larges/${index}`);
  const small = large.subarray(0, smallBytes);
  const putMs = await medianMs(tested, (round) => put(`${root}latency/${round}`, small));
  const getMs = await medianMs(tested, (round) => get(`${root}latency/${round}`));
  const [first = ''] = larges;
  const rate = async (count: number, work: () => Promise<unknown>) =>
    perSecond(count * scale.largeBytes, await elapsedMs(tested, work));
  const transfers = {
    uploadOneStream: await rate(1, () => put(first, large)),
    uploadEightStreams: await rate(streams, () =>
      Promise.all(larges.map((name) => put(name, large))),
    ),
    downloadOneStream: await rate(1, () => get(first)),
    downloadEightStreams: await rate(streams, () => Promise.all(larges.map(get))),
  };
  const smallMs = await elapsedMs(tested, () => eightAtATime(smalls, (name) => put(name, small)));
  const speed = { putMs, getMs, ...transfers };
  return {
    speed: { ...speed, smallObjectsPerSecond: perSecond(smalls.length, smallMs) },
    ...(await listed(tested)),
  };
}

async function listed({ store, root, signal }: TestedStorage) {
  let [smallObjectsListed, inOrder, last] = [0, true, ''];
  for await (const { name } of store.list(`${root}small/`, signal)) {
    smallObjectsListed += 1;
    inOrder &&= name > last;
    last = name;
  }
  return { smallObjectsListed, inOrder };
}

async function eightAtATime(
  names: readonly string[],
  work: (name: string) => Promise<unknown>,
): Promise<void> {
  for await (const _ of mapConcurrent(names, streams, work));
}

async function medianMs(
  tested: TestedStorage,
  work: (round: number) => Promise<unknown>,
): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < latencyRounds; round += 1) {
    times.push(await elapsedMs(tested, () => work(round)));
  }
  return times.sort((a, b) => a - b)[latencyRounds >> 1] ?? 0;
}

async function elapsedMs({ clock }: TestedStorage, work: () => Promise<unknown>): Promise<number> {
  const startMs = clock.now();
  await work();
  return clock.now() - startMs;
}

function perSecond(count: number, ms: number): number {
  return Math.round((count * 1_000) / Math.max(ms, 1));
}

function signalOf({ signal }: TestedStorage) {
  return signal === undefined ? {} : { signal };
}
