/** A process that fills an index until it is killed, and tells of each batch that is in. */
import { hash } from 'node:crypto';
import type { SharedChunk } from '@firn/shared/repository/shared-chunks/shared-chunks';
import { SqliteSharedChunkIndex } from './sqlite-shared-chunk-index.ts';

export const batchChunks = 200;

/** The same one for the same number. */
export function filledChunk(n: number): SharedChunk {
  const segment = hash('sha256', `segment ${n >> 1}`).slice(0, 32);
  const pack = `packs/1-session-1-${Math.floor(n / batchChunks)}`;
  return {
    contentId: hash('sha256', `content ${n}`),
    address: { segment, frame: n & 1, frameOffset: 0, frameLength: 9, offset: 0, length: 9 },
    place: { pack, offset: 8, length: 99, packLength: 0, keyId: 'key-1', segmentKey: 'wrapped' },
  };
}

async function fill(path: string): Promise<void> {
  const index = new SqliteSharedChunkIndex({ path, onFailure: () => process.exit(1) });
  await index.setMark({ epoch: 1, reconciledTo: 2 });
  for (let first = 0; ; first += batchChunks) {
    await index.add(Array.from({ length: batchChunks }, (_, n) => filledChunk(first + n)));
    process.stdout.write('.');
  }
}

const [, , path] = process.argv;
if (import.meta.main && path !== undefined) await fill(path);
