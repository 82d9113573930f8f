import { AppError } from '../../errors/app-error.ts';
import { ahead } from '../ahead.ts';
import type { ErasedObject, ObjectPoint } from '../log/state.ts';
import { type LostRecord, lostRecord, stateLost } from '../object/lost-record.ts';
import { type ObjectNames, openNamesIfAny } from '../object/object-names.ts';
import { type ObjectRecord, readRecordOrLost } from '../object/object-record.ts';
import { ObjectState, type OnLostRows } from '../object/object-state.ts';
import type { OpenContext } from '../open-context.ts';
import { damageOrThrow } from '../read/locate.ts';
import { PackFetcher } from '../read/pack-fetcher.ts';
import { itemsSinceOf } from '../retention/item-cutoff.ts';
import type { PointObject, PointReader } from './point-reader.ts';
import { StoredObjectReader } from './stored-object-reader.ts';

export interface PointReaderOptions {
  readonly context: OpenContext;
  readonly jobId: string;
  readonly pointId: string;
  /** Object id → what the point shows of it. */
  readonly points: ReadonlyMap<string, ObjectPoint>;
  readonly warm: string | undefined;
}

/** Whose record and key are read while one is looked at. */
const objectsAhead = 8;

export class StoredPointReader implements PointReader {
  readonly jobId: string;
  readonly pointId: string;
  readonly context: OpenContext;
  readonly #points: ReadonlyMap<string, ObjectPoint>;
  readonly #packs: PackFetcher;

  constructor({ context, jobId, pointId, points, warm }: PointReaderOptions) {
    this.context = context;
    this.jobId = jobId;
    this.pointId = pointId;
    this.#points = points;
    this.#packs = new PackFetcher(context.ports.store, warm);
  }

  get objectIds(): readonly string[] {
    return [...this.#points.keys()].sort();
  }

  get itemsSinceMs(): number | undefined {
    return itemsSinceOf(this.context.log.state, this.jobId);
  }

  async *objects(after?: string): AsyncGenerator<PointObject> {
    const { objectIds } = this;
    const wanted = after === undefined ? objectIds : objectIds.filter((id) => id > after);
    yield* ahead(wanted, objectsAhead, (objectId) => this.#listed(objectId));
  }

  /** One that is damaged is listed too, by what is known of it. */
  async #listed(objectId: string): Promise<PointObject> {
    const { ports, keys, meta } = this.context;
    const reading = { compute: ports.compute, keys, meta };
    const point = this.#point(objectId);
    const record = await readRecordOrLost(reading, point.root).catch(damageOrThrow);
    if (record instanceof AppError) {
      return describeLost({ record: lostRecord(objectId, undefined), failure: record }, point);
    }
    const names = await openNamesIfAny(reading, record);
    if ('lost' in record) return describeLost({ record, names, failure: stateLost(record) }, point);
    const problem = await keys.objectKey(record.keyId).then(() => undefined, damageOrThrow);
    return { ...describe(record, names, point), ...(problem && { failure: problem }) };
  }

  stateOf(objectId: string): string {
    return this.#point(objectId).root;
  }

  async object(objectId: string, onLostRows?: OnLostRows): Promise<StoredObjectReader> {
    const point = this.#point(objectId);
    const { context } = this;
    const { ports, keys, meta, relocations } = context;
    const opening = { compute: ports.compute, keys, meta, relocations, onLostRows };
    const state = await ObjectState.open(opening, point.root);
    await state.requireKeys();
    const object = describe(state.record, await openNamesIfAny(opening, state.record), point);
    const { itemsSinceMs } = this;
    return new StoredObjectReader({ context, packs: this.#packs, object, state, itemsSinceMs });
  }

  #point(objectId: string): ObjectPoint {
    const point = this.#points.get(objectId);
    if (point !== undefined) return point;
    const erased = this.context.log.state.erased.get(objectId);
    if (erased !== undefined) throw objectErased(objectId, erased);
    throw new AppError(
      'E_OBJECT_NOT_IN_POINT',
      `restore point ${this.pointId} does not hold object ${objectId}`,
      { context: { pointId: this.pointId, objectId } },
    );
  }
}

function objectErased(objectId: string, { atMs }: ErasedObject): AppError {
  const at = new Date(atMs).toISOString();
  return new AppError('E_OBJECT_ERASED', `object ${objectId} was erased at ${at}`, {
    context: { objectId, atMs },
  });
}

/** Where the names cannot be read, what else can be is shown under the object's id. */
function describe(
  record: ObjectRecord,
  names: ObjectNames | undefined,
  { committedAtMs }: ObjectPoint,
): PointObject {
  const { sessionId, mode, counts, items, folders, failedItems } = record;
  return {
    ...{ ...identityOf(record, names), sessionId, committedAtMs },
    ...{ mode, counts, items, folders, failedItems },
  };
}

interface LostObject {
  readonly record: LostRecord;
  readonly names?: ObjectNames | undefined;
  readonly failure: AppError;
}

function describeLost(
  { record, names, failure }: LostObject,
  { sessionId, committedAtMs }: ObjectPoint,
): PointObject {
  const nothing = { items: 0, folders: 0, failedItems: 0, counts: {} };
  const identity = identityOf(record, names);
  return { ...identity, sessionId, committedAtMs, mode: 'full', ...nothing, failure };
}

function identityOf(
  { objectId, kind, userId }: ObjectRecord | LostRecord,
  names: ObjectNames | undefined,
) {
  const { userPrincipalName, displayName } = names ?? {
    userPrincipalName: '',
    displayName: objectId,
  };
  return { objectId, kind, userId, userPrincipalName, displayName };
}
