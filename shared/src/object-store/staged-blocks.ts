/**
 * Stages blocks, a few at a time, and returns what staging them gave, in their
 * order. Holds at most `parallel` blocks: the last one is filled while the others
 * are under way. After a failure nothing is under way.
 */
export async function stageBlocks<Block, Staged>(
  blocks: AsyncIterable<Block> | Iterable<Block>,
  stage: (block: Block, index: number) => Promise<Staged>,
  parallel: number,
): Promise<Staged[]> {
  const staged: Staged[] = [];
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let count = 0;
  try {
    for await (const block of blocks) {
      const index = count;
      count += 1;
      const keep = (result: Staged) => {
        staged[index] = result;
      };
      const staging = stage(block, index)
        .then(keep)
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
  return staged;
}
