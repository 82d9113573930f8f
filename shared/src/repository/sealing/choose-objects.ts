/** Which objects leave the tails. docs/adr/0006. */

export interface TailedObject {
  readonly objectId: string;
  /** Of its segments that lie in tails. */
  readonly bytes: number;
  /** When the oldest of them was stored, by the storage's clock. */
  readonly sinceMs: number;
}

export interface SealingNeed {
  /** Of the archive. */
  readonly packBytes: number;
  /** Of everything in the copy that a point needs. */
  readonly liveBytes: number;
  readonly nowMs: number;
  /** Everything goes, and packs need not be full. */
  readonly all: boolean;
}

const dayMs = 86_400_000;
/** Longer than that nothing waits for others. */
export const tailAgeMsMax = 30 * dayMs;
/** Of the live bytes: more than that does not stay hot. */
const tailShareMax = 0.02;
/** When there was more, so much is left. */
const tailShareAfter = 0.01;

/** In the order in which they are to go. */
export function chooseObjects(
  objects: readonly TailedObject[],
  need: SealingNeed,
): readonly TailedObject[] {
  const byNeed = [...objects].sort((a, b) => b.bytes - a.bytes || compare(a, b));
  if (need.all) return byNeed;
  const mustGo = ({ bytes, sinceMs }: TailedObject) =>
    bytes >= need.packBytes || need.nowMs - sinceMs >= tailAgeMsMax;
  const chosen = byNeed.filter(mustGo);
  const others = byNeed.filter((object) => !mustGo(object));
  return [...chosen, ...overBudget(others, need)];
}

/** The largest, of which few are needed. */
function overBudget(
  objects: readonly TailedObject[],
  { liveBytes }: SealingNeed,
): readonly TailedObject[] {
  let left = objects.reduce((sum, { bytes }) => sum + bytes, 0);
  if (left <= liveBytes * tailShareMax) return [];
  const chosen: TailedObject[] = [];
  for (const object of objects) {
    if (left <= liveBytes * tailShareAfter) break;
    chosen.push(object);
    left -= object.bytes;
  }
  return chosen;
}

function compare(a: TailedObject, b: TailedObject): number {
  return a.objectId < b.objectId ? -1 : 1;
}
