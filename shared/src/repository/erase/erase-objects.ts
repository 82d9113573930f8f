/** Erasing objects. docs/repository-format.md, "Erasing". */
import { AppError } from '../../errors/app-error.ts';
import { collectGarbage } from '../garbage/collect-garbage.ts';
import type { ErasedObject, LogState } from '../log/state.ts';
import type { OpenContext } from '../open-context.ts';
import { PackEraser, type PackOutcome } from './delete-packs.ts';
import { destroyKeys } from './destroy-keys.ts';
import {
  type ErasurePlan,
  planErasure,
  readPlan,
  rootsOfObjects,
  storePlan,
} from './erasure-plan.ts';
import type { Remainder } from './remainder.ts';

export interface EraseOptions {
  /** Object ids. */
  readonly objects: readonly string[];
  /** Told of everything that stays. */
  readonly onRemainder?: (remainder: Remainder) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

export interface Erased {
  readonly objects: readonly string[];
  readonly keysDestroyed: number;
  readonly packsDeleted: number;
  readonly bytesDeleted: number;
  /** Of which onRemainder was told. */
  readonly blobsLeft: number;
}

/**
 * Takes the objects out of every restore point, destroys their keys, and deletes
 * what holds their data alone. Needs ownership. May be interrupted and repeated;
 * repeated later it tells what is left then. E_OBJECT_NOT_FOUND
 */
export async function eraseObjects(context: OpenContext, options: EraseOptions): Promise<Erased> {
  const { objects } = options;
  await enterErasure(context, objects);
  const erased = erasedAmong(context.log.state, objects);
  const plans = await readPlans(context, erased);
  const keyIds = plans.flatMap((plan) => plan.keyIds);
  const { destroyed, locked } = await destroyKeys(context, keyIds, erased);
  const tally = new Tally(options, destroyed);
  for (const id of locked) await tally.add(await lockedKey(context, id));
  await collectGarbage(context);
  for (const plan of plans) await erasePacks(context, plan, tally);
  return { objects: [...erased.keys()], ...tally.counts() };
}

/** Counts what went, and tells what stays. */
class Tally {
  readonly #options: EraseOptions;
  readonly #keysDestroyed: number;
  #packsDeleted = 0;
  #bytesDeleted = 0;
  #blobsLeft = 0;

  constructor(options: EraseOptions, keysDestroyed: number) {
    this.#options = options;
    this.#keysDestroyed = keysDestroyed;
  }

  async add(outcome: PackOutcome): Promise<void> {
    this.#options.signal?.throwIfAborted();
    if (outcome === undefined) return;
    if ('deletedBytes' in outcome) {
      this.#packsDeleted += 1;
      this.#bytesDeleted += outcome.deletedBytes;
      return;
    }
    this.#blobsLeft += 1;
    await this.#options.onRemainder?.(outcome);
  }

  counts(): Omit<Erased, 'objects'> {
    return {
      keysDestroyed: this.#keysDestroyed,
      packsDeleted: this.#packsDeleted,
      bytesDeleted: this.#bytesDeleted,
      blobsLeft: this.#blobsLeft,
    };
  }
}

function readPlans(
  context: OpenContext,
  erased: ReadonlyMap<string, ErasedObject>,
): Promise<ErasurePlan[]> {
  const ids = new Set([...erased.values()].map(({ erasureId }) => erasureId));
  return Promise.all([...ids].map((id) => readPlan(context, id)));
}

async function lockedKey({ ports }: OpenContext, id: string): Promise<Remainder> {
  const blob = `keys/${id}`;
  const info = await ports.store.head(blob);
  const { storageClass = 'hot', lockedUntilMs: untilMs } = info ?? {};
  return { reason: 'locked', blob, bytes: 0, storageClass, untilMs, readable: 'key' };
}

async function erasePacks(context: OpenContext, plan: ErasurePlan, tally: Tally): Promise<void> {
  const eraser = new PackEraser(context, plan);
  for (const planned of plan.packs) await tally.add(await eraser.dataPack(planned));
  for (const pack of plan.metaPacks) await tally.add(await eraser.metaPack(pack));
}

/**
 * Nothing opens the objects any more once this has returned. A point that came
 * while the erasure was planned has keys that the plan does not name: then it is
 * planned anew.
 */
async function enterErasure(context: OpenContext, objects: readonly string[]): Promise<void> {
  const { log } = context;
  for (;;) {
    const planned = await log.refresh();
    const stored = objects.filter((id) => rootsOfObjects(planned, new Set([id])).size > 0);
    if (stored.length === 0) {
      if (erasedAmong(planned, objects).size === 0) throw notFound(objects);
      return;
    }
    const plan = await planErasure(context, stored);
    await storePlan(context, plan);
    const { erasureId } = plan;
    await log.append((state) =>
      hasSameRoots(planned, state, stored)
        ? { type: 'erase', erasureId, objects: stored }
        : undefined,
    );
  }
}

function hasSameRoots(before: LogState, after: LogState, objects: readonly string[]): boolean {
  const known = rootsOfObjects(before, new Set(objects));
  return [...rootsOfObjects(after, new Set(objects))].every((root) => known.has(root));
}

function erasedAmong(
  state: LogState,
  objects: readonly string[],
): ReadonlyMap<string, ErasedObject> {
  const wanted = new Set(objects);
  return new Map([...state.erased].filter(([objectId]) => wanted.has(objectId)));
}

function notFound(objects: readonly string[]): AppError {
  const [first = ''] = objects;
  return new AppError(
    'E_OBJECT_NOT_FOUND',
    `the repository holds no restore point of object ${first}`,
    { context: { objectId: first, objects: objects.length } },
  );
}
