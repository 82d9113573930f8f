/** A process of its own: fills an index of shared contents, asks it, opens it again, and prints what it took. */
import { hash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { SharedChunkIndex } from '@firn/shared/repository/shared-chunks/shared-chunk-index';
import type { SharedChunk } from '@firn/shared/repository/shared-chunks/shared-chunks';
import { SqliteSharedChunkIndex } from '../../../proxy-agent/src/adapters/shared-chunks/sqlite-shared-chunk-index.ts';
import { Measurement } from './measurement.ts';

/** About as many as a full pack of shared contents has. */
const packChunks = 250;
/** To fill the index takes longest: in order of ids, many at once. */
const fillChunks = 10_000;
const adds = 25_000;
const lookups = 100_000;
/** As objects of a session do. */
const lookupsAtOnce = 8;

/** The n-th of so many: spread evenly, in order; can be made again. */
function contentIdOf(n: number, of: number): string {
  const prefix = Math.floor((n / of) * 2 ** 32).toString(16);
  return prefix.padStart(8, '0') + hash('sha256', String(n)).slice(8);
}

/** Contents of one pack: two in each segment. */
function chunksOf(contentIds: readonly string[]): SharedChunk[] {
  const pack = `packs/1-${'session'.repeat(4)}-1-${randomBytes(16).toString('hex')}`;
  const keyId = randomBytes(16).toString('hex');
  let segment = '';
  let segmentKey = '';
  return contentIds.map((contentId, n) => {
    if (n % 2 === 0) {
      segment = randomBytes(16).toString('hex');
      segmentKey = randomBytes(48).toString('base64');
    }
    const location = { pack, offset: n * 100_000, length: 200_000, packLength: 0 };
    const place = { ...location, keyId, segmentKey };
    const within = { frame: n % 2, frameOffset: 0, frameLength: 90_000, offset: 0, length: 99_000 };
    return { contentId, address: { segment, ...within }, place };
  });
}

async function fill(index: SharedChunkIndex, chunks: number, onStep: () => void): Promise<void> {
  for (let first = 0; first < chunks; first += fillChunks) {
    const batch: SharedChunk[] = [];
    while (batch.length < fillChunks) {
      const numbers = Array.from({ length: packChunks }, (_, n) => first + batch.length + n);
      batch.push(...chunksOf(numbers.map((n) => contentIdOf(n, chunks))));
    }
    await index.add(batch);
    for (let n = 0; n < fillChunks; n += 1) onStep();
  }
  await index.setMark({ epoch: 1, reconciledTo: 1 });
}

/** As a backup does: a pack's contents at once, whose ids lie anywhere. */
async function add(index: SharedChunkIndex, onStep: () => void): Promise<void> {
  for (let first = 0; first < adds; first += packChunks) {
    const contentIds = Array.from({ length: packChunks }, () => randomBytes(32).toString('hex'));
    await index.add(chunksOf(contentIds));
    for (let n = 0; n < packChunks; n += 1) onStep();
  }
}

/** @param wanted gives the n-th content id that is asked for */
async function ask(
  index: SharedChunkIndex,
  { wanted, isThere }: { readonly wanted: (n: number) => string; readonly isThere: boolean },
  onAnswer: () => void,
): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < lookups) {
      next += 1;
      const found = await index.find([wanted(next)]);
      if (found.size > 0 !== isThere) throw new Error('the index answers wrongly');
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
  const run = (name: string, total: number, work: (onStep: () => void) => Promise<void>) =>
    measurement.run({ name, total, work });
  await run('fill', chunks, (onStep) => fill(index, chunks, onStep));
  await run('add', adds, (onStep) => add(index, onStep));
  const known = (n: number) => contentIdOf((n * 7_919) % chunks, chunks);
  await run('found', lookups, (onStep) => ask(index, { wanted: known, isThere: true }, onStep));
  const unknown = (n: number) => hash('sha256', `unknown ${n}`);
  await run('missed', lookups, (onStep) => ask(index, { wanted: unknown, isThere: false }, onStep));
  await index.close();
  const again = open(folder);
  await run('open', 1, async (onStep) => {
    await again.mark();
    onStep();
  });
  await again.close();
  const peaks = ['fill', 'add', 'found', 'missed', 'open'].map(
    (phase) => measurement.metrics[`${phase}.rss`] ?? 0,
  );
  measurement.metrics['rss'] = Math.max(...peaks) - before;
  return measurement;
}

const [folder = '', chunks = ''] = process.argv.slice(2);
const { metrics } = await measure(folder, Number(chunks));
process.stdout.write(JSON.stringify(metrics));
