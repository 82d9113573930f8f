import { randomBytes } from 'node:crypto';

export interface StagedBlock {
  /** Unique in the world, and as long as every other: Azure demands it within a blob. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/**
 * Stages blocks, a few at a time, and returns their ids in order. Holds at most
 * `parallel` blocks: the last one is filled while the others are under way. After
 * a failure nothing is under way.
 */
export async function stageBlocks(
  blocks: AsyncIterable<Uint8Array>,
  stage: (block: StagedBlock) => Promise<void>,
  parallel: number,
): Promise<string[]> {
  const upload = randomBytes(12);
  const ids: string[] = [];
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  try {
    for await (const bytes of blocks) {
      const id = blockId(upload, ids.length);
      ids.push(id);
      const staging = stage({ id, bytes })
        .catch((error: unknown) => void failures.push(error))
        .finally(() => underWay.delete(staging));
      underWay.add(staging);
      if (underWay.size >= parallel) await Promise.race(underWay);
      if (failures.length > 0) break;
    }
  } finally {
    await Promise.all(underWay);
  }
  if (failures.length > 0) throw failures[0];
  return ids;
}

function blockId(upload: Uint8Array, index: number): string {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(index);
  return Buffer.concat([upload, number]).toString('base64');
}
