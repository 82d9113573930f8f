/** What an erasure has to destroy. docs/repository-format.md, "Erasing". */

import { toHex } from '../bytes.ts';
import { damaged, naming } from '../damaged.ts';
import { livePlaces } from '../garbage/live-places.ts';
import { decodeJson, encodeJson } from '../json.ts';
import type { LogState } from '../log/state.ts';
import { keyIdsOf, readRecordOrLost } from '../object/object-record.ts';
import { isSharedPlace, type SegmentPlace } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import { openBox, sealBox } from '../segment/box.ts';
import { isCount, isListOf, isOneOf, isRecordOf, isText } from '../shape.ts';

/** A data pack that points of the objects reach. */
export interface PlannedPack {
  readonly pack: string;
  /** Under keys of the objects alone. */
  readonly bytes: number;
  /** Under keys that other objects may have in their rows, too. */
  readonly sharedBytes: number;
}

export interface ErasurePlan {
  readonly format: number;
  readonly erasureId: string;
  readonly objects: readonly string[];
  readonly keyIds: readonly string[];
  readonly packs: readonly PlannedPack[];
  readonly metaPacks: readonly string[];
}

const isPlannedPack = isRecordOf<PlannedPack>({
  pack: isText,
  bytes: isCount,
  sharedBytes: isCount,
});

export const isErasurePlan = isRecordOf<ErasurePlan>({
  format: isOneOf(1),
  erasureId: isText,
  objects: isListOf(isText),
  keyIds: isListOf(isText),
  packs: isListOf(isPlannedPack),
  metaPacks: isListOf(isText),
});

/** Reads records, lists and tables of all points of the objects: no rows. E_REPOSITORY_DAMAGED */
export async function planErasure(
  context: OpenContext,
  objects: readonly string[],
): Promise<ErasurePlan> {
  const { ports, keys, meta, log } = context;
  const erasureId = toHex(ports.entropy.randomBytes(16));
  const roots = rootsOfObjects(log.state, new Set(objects));
  const keyIds = new Set<string>();
  for (const root of roots) {
    const record = await readRecordOrLost({ compute: ports.compute, keys, meta }, root);
    for (const id of keyIdsOf(record)) keyIds.add(id);
  }
  const packs = new Map<string, PlannedPack>();
  const metaPacks = new Set<string>();
  const seen = new Set<string>();
  for await (const reached of livePlaces(context, roots, log.state)) {
    if (reached.type === 'meta') metaPacks.add(reached.pack);
    if (reached.type !== 'segment') continue;
    // Of one segment each object, and each of its keys, has a row of its own.
    keyIds.add(reached.place.keyId);
    if (seen.has(reached.segment)) continue;
    seen.add(reached.segment);
    addSegment(packs, reached.place);
  }
  const lists = { keyIds: [...keyIds], packs: [...packs.values()], metaPacks: [...metaPacks] };
  return { format: 1, erasureId, objects, ...lists };
}

export async function storePlan(context: OpenContext, plan: ErasurePlan): Promise<void> {
  const { ports, keys } = context;
  const sealing = { key: keys.derived.meta, kind: 'erasure' } as const;
  const box = await sealBox(ports, sealing, encodeJson(plan));
  await ports.store.put(planName(plan.erasureId), box, { ifAbsent: true });
}

/** E_REPOSITORY_DAMAGED */
export function readPlan(context: OpenContext, erasureId: string): Promise<ErasurePlan> {
  const { ports, keys } = context;
  const name = planName(erasureId);
  return naming(name, { blob: name }, async () => {
    const { bytes } = await ports.store.get(name);
    const opening = { key: keys.derived.meta, kind: 'erasure' } as const;
    const plan = decodeJson(await openBox(ports.compute, opening, bytes), isErasurePlan);
    if (plan.erasureId !== erasureId) throw damaged(`it is the erasure ${plan.erasureId}`);
    return plan;
  });
}

/** Of all jobs and pins; those of one object one after the other. */
export function rootsOfObjects(state: LogState, objects: ReadonlySet<string>): Set<string> {
  const roots = new Set<string>();
  for (const objectId of objects) {
    for (const ofJob of state.points.values()) {
      for (const { root } of ofJob.get(objectId)?.points ?? []) roots.add(root);
    }
    for (const pin of state.pins.values()) {
      const pinned = pin.points.filter((point) => point.objectId === objectId);
      for (const { root } of pinned) roots.add(root);
    }
  }
  return roots;
}

function addSegment(
  packs: Map<string, PlannedPack>,
  { pack, length, segmentKey }: SegmentPlace,
): void {
  const isShared = isSharedPlace({ segmentKey });
  const { bytes, sharedBytes } = packs.get(pack) ?? { bytes: 0, sharedBytes: 0 };
  packs.set(pack, {
    pack,
    bytes: bytes + (isShared ? 0 : length),
    sharedBytes: sharedBytes + (isShared ? length : 0),
  });
}

function planName(erasureId: string): string {
  return `erased/${erasureId}`;
}
