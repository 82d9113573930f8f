import type { EntryBodyOf } from '../entry.ts';
import type {
  ErasedObject,
  LogState,
  ObjectPoints,
  Pin,
  RestorePoint,
  SessionState,
} from '../state.ts';

/** The objects have no points from here on: by no job, and by no pin. */
export function eraseObjects(state: LogState, body: EntryBodyOf<'erase'>): LogState {
  const gone = new Set(body.objects);
  const erasure: ErasedObject = {
    erasureId: body.erasureId,
    n: state.head,
    atMs: state.headAtMs,
  };
  const erased = new Map(state.erased);
  for (const objectId of gone) erased.set(objectId, erasure);
  const points = new Map(
    [...state.points].map(([jobId, objects]) => [jobId, withoutKeys(objects, gone)] as const),
  );
  const pins = new Map([...state.pins].map(([id, pin]) => [id, withoutPoints(pin, gone)] as const));
  return withoutEmptied(state, { ...state, erased, points, pins });
}

/**
 * What a commit adds: nothing for an object that was erased after its session
 * began, since that may be built upon what was destroyed.
 */
export function withoutErased(
  state: LogState,
  body: EntryBodyOf<'commit'>,
  { begunAtN }: SessionState,
): EntryBodyOf<'commit'> {
  const isErased = (objectId: string) => (state.erased.get(objectId)?.n ?? -1) > begunAtN;
  const objects = Object.entries(body.objects).filter(([objectId]) => !isErased(objectId));
  return { ...body, objects: Object.fromEntries(objects) };
}

function withoutKeys(
  objects: ReadonlyMap<string, ObjectPoints>,
  gone: ReadonlySet<string>,
): ReadonlyMap<string, ObjectPoints> {
  return new Map([...objects].filter(([objectId]) => !gone.has(objectId)));
}

function withoutPoints(pin: Pin, gone: ReadonlySet<string>): Pin {
  return { ...pin, points: pin.points.filter(({ objectId }) => !gone.has(objectId)) };
}

/** Restore points that showed erased objects alone go as well. */
function withoutEmptied(before: LogState, after: LogState): LogState {
  const restorePoints = [...after.restorePoints].map(([jobId, points]) => {
    const kept = points.filter((point) => showsAny(after, point) || !showsAny(before, point));
    return [jobId, kept] as const;
  });
  return { ...after, restorePoints: new Map(restorePoints) };
}

function showsAny(state: LogState, { jobId, n }: RestorePoint): boolean {
  const objects = [...(state.points.get(jobId)?.values() ?? [])];
  return objects.some(({ points }) => points.some((point) => point.n <= n));
}
