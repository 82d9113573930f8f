/** A process of its own: fills an index of shared contents, asks it, opens it again, and prints what it took. */
import { hash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { SharedChunk } from '@firn/shared/repository/shared-chunks/shared-chunks';
import { SqliteSharedChunkIndex } from '../../../proxy-agent/src/adapters/shared-chunks/sqlite-shared-chunk-index.ts';
import { Measurement } from './measurement.ts';

/** As many as a full pack of shared contents has. */
const batchChunks = 100;
const lookups = 100_000;
/** As objects of a session do. */
const lookupsAtOnce = 8;

/** Looks random, and can be made again. */
function contentIdOf(n: number): string {
  return hash('sha256', String(n));
}

/** A pack's contents: two in each segment. */
function chunksFrom(first: number): SharedChunk[] {
  const pack = `packs/1-${'session'.repeat(4)}-1-${randomBytes(16).toString('hex')}`;
  let segment = '';
  return Array.from({ length: batchChunks }, (_, n) => {
    if (n % 2 === 0) segment = randomBytes(16).toString('hex');
    const place = { pack, offset: n * 100_000, length: 200_000, keyId: 'shared-1', packLength: 0 };
    const within = { frame: n % 2, frameOffset: 0, frameLength: 90_000, offset: 0, length: 99_000 };
    return { contentId: contentIdOf(first + n), address: { segment, ...within }, place };
  });
}

/** @param wanted gives the number of the n-th content that is asked for */
async function ask(
  index: SqliteSharedChunkIndex,
  { wanted, isThere }: { readonly wanted: (n: number) => number; readonly isThere: boolean },
  onAnswer: () => void,
): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < lookups) {
      next += 1;
      const found = await index.find(contentIdOf(wanted(next)));
      if ((found !== undefined) !== isThere) throw new Error('the index answers wrongly');
      onAnswer();
    }
  };
  await Promise.all(Array.from({ length: lookupsAtOnce }, work));
}

function open(folder: string): SqliteSharedChunkIndex {
  return new SqliteSharedChunkIndex({
    path: join(folder, 'shared.db'),
    onFailure: (cause) => {
      throw new Error('the index failed', { cause });
    },
  });
}

async function measure(folder: string, chunks: number): Promise<Measurement> {
  const measurement = new Measurement();
  measurement.settle();
  const before = measurement.settle();
  const index = open(folder);
  const add = async (onStep: () => void) => {
    for (let first = 0; first < chunks; first += batchChunks) {
      await index.add(chunksFrom(first));
      for (let n = 0; n < batchChunks; n += 1) onStep();
    }
    await index.setMark({ epoch: 1, reconciledTo: 1 });
  };
  await measurement.run({ name: 'add', total: chunks, work: add });
  const known = { wanted: (n: number) => (n * 7_919) % chunks, isThere: true };
  const found = (onStep: () => void) => ask(index, known, onStep);
  await measurement.run({ name: 'found', total: lookups, work: found });
  const unknown = { wanted: (n: number) => chunks + n, isThere: false };
  const missed = (onStep: () => void) => ask(index, unknown, onStep);
  await measurement.run({ name: 'missed', total: lookups, work: missed });
  await index.close();
  const again = open(folder);
  const reopen = async (onStep: () => void) => {
    await again.mark();
    for (let n = 0; n < chunks; n += 1) onStep();
  };
  await measurement.run({ name: 'open', total: chunks, work: reopen });
  await again.close();
  const peaks = ['add', 'found', 'missed', 'open'].map(
    (phase) => measurement.metrics[`${phase}.rss`] ?? 0,
  );
  measurement.metrics['rss'] = Math.max(...peaks) - before;
  return measurement;
}

const [folder = '', chunks = ''] = process.argv.slice(2);
const { metrics } = await measure(folder, Number(chunks));
process.stdout.write(JSON.stringify(metrics));
