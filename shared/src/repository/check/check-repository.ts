import { ahead } from '../ahead.ts';
import { ReadableKeys } from '../keys/readable-keys.ts';
import type { OpenContext } from '../open-context.ts';
import type { Repository } from '../repository.ts';
import { checkErasures } from './check-erasures.ts';
import { checkHeaderAndKeys } from './check-keys.ts';
import { type KnownHead, LogCheck } from './check-log.ts';
import { addPacks, checkObject, type ReferredPacks } from './check-objects.ts';
import { checkMetaPack, type PackCheck } from './check-packs.ts';
import { readContentIdSecrets } from './content-id-secrets.ts';
import { type DataSample, dataStage } from './data-stage.ts';
import { type Finding, finding, problemOf } from './finding.ts';
import {
  type CheckPosition,
  type CheckProgress,
  type CheckStage,
  isDone,
  isStageDone,
} from './position.ts';
import { ownedObjects } from './root-owners.ts';
import { SharedSegmentKeys } from './shared-segment-keys.ts';
import { WholeMeta } from './whole-meta.ts';
import { WrappedKeys } from './wrapped-keys.ts';

export type { Finding } from './finding.ts';

export interface CheckOptions {
  /** Also open data packs that can be read at once: all of them, or a sample. */
  readonly readData: boolean;
  readonly sample?: DataSample | undefined;
  /** The newest entry of the log that somebody else has seen. */
  readonly knownHead?: KnownHead | undefined;
  /** Go on behind it: what it has behind it is not looked at again. */
  readonly after?: CheckPosition | undefined;
  /** Called when all findings up to a position were told. */
  readonly onProgress?: (progress: CheckProgress) => void | Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

const objectsAtOnce = 4;
const metaPacksAtOnce = 4;

/**
 * Reads back what the restore points need: header, keys, log, checkpoints, meta
 * packs, catalogs, indexes, tables; of data packs existence, length and class by
 * one listing, and their data when asked for. Ended without an error finding:
 * all that was read is sound. What no restore point needs is not looked at.
 * The same repository gives the same findings in the same order. Throws only
 * what is no damage (the storage cannot be reached).
 * @param repository opened with pastDamage, else a damaged log has stopped it already
 */
export async function* checkRepository(
  repository: Repository,
  options: CheckOptions,
): AsyncGenerator<Finding> {
  const { context } = repository;
  if (context.log.passedOver.length === 0) await context.log.refresh();
  for await (const found of new RepositoryCheck(context, options).findings()) {
    options.signal?.throwIfAborted();
    yield found;
  }
}

class RepositoryCheck {
  readonly #context: OpenContext;
  readonly #meta: WholeMeta;
  readonly #options: CheckOptions;
  readonly #packs: ReferredPacks = { data: new Map(), meta: new Set() };

  constructor(context: OpenContext, options: CheckOptions) {
    this.#meta = new WholeMeta(context.ports.store);
    this.#context = { ...context, meta: this.#meta };
    this.#options = options;
  }

  async *findings(): AsyncGenerator<Finding> {
    const { after, knownHead } = this.#options;
    if (!isStageDone('keys', after)) yield* checkHeaderAndKeys(this.#context);
    if (!isStageDone('log', after)) yield* new LogCheck(this.#context, knownHead).findings();
    if (!isStageDone('log', after)) yield* checkErasures(this.#context);
    yield* this.#relocations();
    yield* this.#objects();
    const check = await this.#packCheck();
    yield* this.#metaPacks(check);
    if (isStageDone('data', after)) return;
    yield* this.#dataPacks(check);
    const { size } = this.#packs.data;
    await this.#tell({ stage: 'end', name: '' }, size, size);
  }

  async #packCheck(): Promise<PackCheck> {
    const context = this.#context;
    const contentIdSecrets = await readContentIdSecrets(context);
    const sharedKeys = new SharedSegmentKeys({ context, moved: context.relocations });
    return { context, contentIdSecrets, sharedKeys };
  }

  /** Without the table nobody knows where moved segments lie. */
  async *#relocations(): AsyncGenerator<Finding> {
    const { relocations, log } = this.#context;
    const problem = await problemOf(async () => {
      const table = await relocations.tableOf(log.state);
      for (const pack of table.holders) this.#packs.meta.add(pack);
      for await (const _ of table.rows());
    });
    if (problem === undefined || isStageDone('objects', this.#options.after)) return;
    yield finding({ blob: 'meta/' }, 'E_INDEX_DAMAGED', `where segments were moved to: ${problem}`);
  }

  /** What was done before is read again as far as it tells of packs. */
  async *#objects(): AsyncGenerator<Finding> {
    const context = this.#context;
    const keys = new ReadableKeys(context.keys);
    const wrappedKeys = new WrappedKeys(context);
    const objects = ownedObjects(context.log.state);
    let done = 0;
    const checks = ahead(objects, objectsAtOnce, async (object) => {
      const isKnown = this.#isDone('objects', object.order);
      const depth = isKnown ? 'packs' : 'rows';
      const checking = { context, keys, wrappedKeys, depth } as const;
      return { object, isKnown, ...(await checkObject(checking, object)) };
    });
    for await (const { object, isKnown, findings, packs } of checks) {
      addPacks(this.#packs, packs);
      done += 1;
      if (isKnown) continue;
      yield* findings;
      await this.#tell({ stage: 'objects', name: object.order }, done, objects.length);
    }
  }

  async *#metaPacks(packCheck: PackCheck): AsyncGenerator<Finding> {
    const packs = [...this.#packs.meta].sort().filter((pack) => !this.#isDone('meta', pack));
    const check = { ...packCheck, meta: this.#meta };
    let done = this.#packs.meta.size - packs.length;
    const checks = ahead(packs, metaPacksAtOnce, async (pack) => {
      return { pack, findings: await checkMetaPack(check, pack) };
    });
    for await (const { pack, findings } of checks) {
      yield* findings;
      done += 1;
      await this.#tell({ stage: 'meta', name: pack }, done, this.#packs.meta.size);
    }
  }

  async *#dataPacks(check: PackCheck): AsyncGenerator<Finding> {
    const { readData, sample = everything, signal } = this.#options;
    const stage = dataStage({
      ...{ ...check, packs: this.#packs.data, signal },
      sample: readData ? sample : undefined,
      isDone: (pack) => this.#isDone('data', pack),
    });
    for await (const next of stage) {
      if ('severity' in next) yield next;
      else {
        const { pack, done, bytesRead } = next;
        await this.#tell({ stage: 'data', name: pack }, done, this.#packs.data.size, bytesRead);
      }
    }
  }

  #isDone(stage: CheckStage, name: string): boolean {
    return isDone({ stage, name }, this.#options.after);
  }

  async #tell(position: CheckPosition, done: number, total: number, bytesRead = 0): Promise<void> {
    await this.#options.onProgress?.({ position, done, total, bytesRead });
  }
}

const everything: DataSample = { percent: 100, seed: '' };
