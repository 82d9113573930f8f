import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  aChunk,
  describeSharedChunkIndex,
  findOne,
} from '@firn/shared/repository/shared-chunks/shared-chunk-index.contract';
import { describe, expect, it } from 'vitest';
import { SqliteSharedChunkIndex } from './sqlite-shared-chunk-index.ts';
import { batchChunks, filledChunk } from './test-filling-process.ts';

async function withFile(run: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'firn-shared-chunks-'));
  try {
    await run(join(folder, 'shared.db'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function open(path: string, chunksMax?: number) {
  const failures: unknown[] = [];
  const index = new SqliteSharedChunkIndex({
    path,
    ...(chunksMax === undefined ? {} : { chunksMax }),
    onFailure: (cause) => failures.push(cause),
  });
  return { index, failures };
}

/** @returns batches that were in before another process was killed while it wrote the next ones */
async function filledUntilKilled(path: string, batchesMin: number): Promise<number> {
  const script = join(import.meta.dirname, 'test-filling-process.ts');
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let batches = 0;
  for await (const told of child.stdout) {
    batches += (told as Buffer).length;
    if (batches >= batchesMin) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return batches;
}

describeSharedChunkIndex('an index of shared contents in SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firn-shared-chunks-'));
  const { index, failures } = open(join(folder, 'shared.db'));
  return {
    index,
    close: async () => {
      await index.close();
      await rm(folder, { recursive: true });
      expect(failures).toEqual([]);
    },
  };
});

const chunk = aChunk(1, 1);

describe('an index of shared contents in SQLite', () => {
  it('keeps what it knows', () =>
    withFile(async (path) => {
      const first = open(path).index;
      await first.add([chunk]);
      await first.setMark({ epoch: 1, reconciledTo: 2 });
      await first.close();
      const second = open(path).index;
      expect(await second.mark()).toEqual({ epoch: 1, reconciledTo: 2 });
      expect(await findOne(second, chunk.contentId)).toEqual(chunk);
      await second.close();
    }));

  it('begins anew with a file that is none of its own', () =>
    withFile(async (path) => {
      await writeFile(path, 'no database, but longer than its header must be'.repeat(100));
      const { index, failures } = open(path);
      expect(await index.mark()).toBeUndefined();
      await index.add([chunk]);
      expect(await findOne(index, chunk.contentId)).toEqual(chunk);
      await index.close();
      expect(failures).toEqual([]);
    }));

  it('does not find what has changed on the disk', () =>
    withFile(async (path) => {
      for (const change of [
        "UPDATE chunks SET address = CAST(substr(address, 1, 35) || x'77' AS BLOB)",
        'UPDATE segments SET offset = offset + 1',
        "UPDATE segments SET pack = 'packs/1-other-1-x'",
        "UPDATE segments SET key_id = 'key-of-another'",
        "UPDATE segments SET segment_key = 'another'",
        'UPDATE segments SET segment_key = NULL',
      ]) {
        const before = open(path).index;
        await before.clear();
        await before.add([chunk]);
        await before.close();
        const db = new DatabaseSync(path);
        db.exec(change);
        db.close();
        const after = open(path).index;
        await after.mark();
        expect(await findOne(after, chunk.contentId)).toBeUndefined();
        await after.close();
      }
    }));

  it('knows what it was told before its process was killed', () =>
    withFile(async (path) => {
      const batches = await filledUntilKilled(path, 5);
      const { index, failures } = open(path);
      expect(await index.mark()).toEqual({ epoch: 1, reconciledTo: 2 });
      for (let n = 0; n < batches * batchChunks; n += 7) {
        expect(await findOne(index, filledChunk(n).contentId)).toEqual(filledChunk(n));
      }
      await index.add([chunk]);
      expect(await findOne(index, chunk.contentId)).toEqual(chunk);
      await index.close();
      expect(failures).toEqual([]);
    }));

  it('takes in nothing beyond its bound', () =>
    withFile(async (path) => {
      const { index } = open(path, 2);
      await index.add([aChunk(1, 1), aChunk(2, 1), aChunk(3, 1)]);
      expect(await findOne(index, aChunk(2, 1).contentId)).toEqual(aChunk(2, 1));
      expect(await findOne(index, aChunk(3, 1).contentId)).toBeUndefined();
      await index.close();
    }));

  it('knows nothing where it cannot write, and says so once', () =>
    withFile(async (path) => {
      const { index, failures } = open(join(path, 'missing', 'shared.db'));
      await index.add([chunk]);
      expect(await findOne(index, chunk.contentId)).toBeUndefined();
      expect(await index.mark()).toBeUndefined();
      await index.close();
      expect(failures.length).toBe(1);
    }));
});
