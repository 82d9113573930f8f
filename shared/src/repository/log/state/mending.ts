import type { EntryBodyOf } from '../entry.ts';
import type { LogState, ObjectPoint, ObjectPoints } from '../state.ts';

/** Points and pins show the new roots in place of the old ones; nothing else changes. */
export function mendRoots(state: LogState, { roots }: EntryBodyOf<'mend'>): LogState {
  const renewed = new Map(Object.entries(roots));
  const mended = <P extends { readonly root: string }>(point: P): P => {
    const root = renewed.get(point.root);
    return root === undefined ? point : { ...point, root };
  };
  const points = new Map(
    [...state.points].map(([jobId, objects]) => [jobId, mendObjects(objects, mended)] as const),
  );
  const pins = new Map(
    [...state.pins].map(([id, pin]) => [id, { ...pin, points: pin.points.map(mended) }] as const),
  );
  return { ...state, points, pins };
}

function mendObjects(
  objects: ReadonlyMap<string, ObjectPoints>,
  mended: (point: ObjectPoint) => ObjectPoint,
): ReadonlyMap<string, ObjectPoints> {
  return new Map(
    [...objects].map(([id, object]) => [id, { ...object, points: object.points.map(mended) }]),
  );
}
