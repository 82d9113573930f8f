import type { RestorePointsKept } from '@firn/shared/gen/firn/link/v1/work';

/** Of 36 characters each: far below the 1 MiB of a message. */
const idsOfPartMax = 10_000;

/**
 * Says which restore points there are, in parts that each stand for a range of
 * ids: whoever knows an id of the range that is not in the part knows too much.
 * @param idsMax of a part
 */
export function* keptPoints(
  ids: Iterable<string>,
  idsMax: number = idsOfPartMax,
): Generator<RestorePointsKept> {
  const sorted = [...new Set(ids)].sort();
  let after = '';
  for (let start = 0; start === 0 || start < sorted.length; start += idsMax) {
    const restorePointIds = sorted.slice(start, start + idsMax);
    const isLast = start + idsMax >= sorted.length;
    const upTo = isLast ? '' : (restorePointIds.at(-1) ?? '');
    yield { after, upTo, restorePointIds };
    after = upTo;
  }
}
