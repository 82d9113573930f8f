import type { ErrorCode } from '../../errors/codes.ts';
import { openState } from '../check/check-objects.ts';
import { readContentIdSecrets } from '../check/content-id-secrets.ts';
import { type Finding, finding, findingsOfItems } from '../check/finding.ts';
import { isDamage } from '../damaged.ts';
import { writeCheckpoint } from '../log/checkpoint.ts';
import { logName } from '../log/names.ts';
import type { LogState } from '../log/state.ts';
import { decodeRoot } from '../object/object-record.ts';
import type { Repository } from '../repository.ts';
import type { StoredSession } from '../session/stored-session.ts';
import { type FooterIndex, readFooters } from './footer-index.ts';
import { ObjectRewrite, type RepairedRows, rewriteObject } from './rewrite-object.ts';
import { StoredPacks } from './stored-packs.ts';
import { isSound, type ObjectSurvey, surveyObject } from './survey-object.ts';

export interface RepairOptions {
  /** Repaired objects make a restore point of each job: `<sessionId>.<number>`. */
  readonly sessionId: string;
  /** Tell what would be done, and write nothing: needs no ownership then. */
  readonly dryRun: boolean;
  /** Also read data packs, to find what is damaged in them. */
  readonly readData: boolean;
  readonly signal?: AbortSignal | undefined;
}

interface DamagedObject {
  readonly jobId: string;
  readonly objectId: string;
  readonly pack: string;
  readonly survey: ObjectSurvey;
}

interface NewestState {
  readonly jobId: string;
  readonly objectId: string;
  readonly root: string;
}

/** Contents that are looked for in footers in one run. */
const unplacedMax = 1_000_000;

/**
 * Makes the newest state of each object whole again as far as what is stored
 * allows: rows that can be read are kept, addresses that are lost are found in
 * the footers of packs, items whose content is gone are marked as failed, so
 * that the next backup reads them again. Only writes new blobs: meta packs, a
 * commit per job, a checkpoint behind damaged log entries. Older points are not
 * changed. Interrupted, it is run again.
 * @param repository opened with pastDamage; owned unless dryRun
 */
export async function* repairRepository(
  repository: Repository,
  options: RepairOptions,
): AsyncGenerator<Finding> {
  yield* repairLog(repository, options);
  yield* new Repair(repository, options).run();
}

/** A checkpoint behind what cannot be read: every reader begins there. */
async function* repairLog(
  { context }: Repository,
  { dryRun }: RepairOptions,
): AsyncGenerator<Finding> {
  const { log, ports, codec } = context;
  if (log.passedOver.length === 0) return;
  if (!dryRun) await writeCheckpoint({ ...ports, codec }, log.state);
  for (const n of log.passedOver) {
    const message = 'the log is read from a checkpoint behind it; what it alone said is lost';
    yield finding({ blob: logName(n), severity: 'note' }, 'E_REPAIR_DONE', message);
  }
}

class Repair {
  readonly #repository: Repository;
  readonly #options: RepairOptions;

  constructor(repository: Repository, options: RepairOptions) {
    this.#repository = repository;
    this.#options = options;
  }

  async *run(): AsyncGenerator<Finding> {
    const { context } = this.#repository;
    const { readData, signal } = this.#options;
    const contentIdSecrets = await readContentIdSecrets(context);
    const packs = await StoredPacks.open({ context, contentIdSecrets }, readData, signal);
    // Else the next backup would take them for stored.
    await context.sharedChunks.forgetPacks(packs.damaged);
    const damaged = new Map<string, DamagedObject[]>();
    yield* this.#survey(packs, damaged);
    const needed = new Set<string>();
    for (const { survey } of [...damaged.values()].flat()) {
      for (const id of survey.unplaced) if (needed.size < unplacedMax) needed.add(id);
    }
    const footers = await readFooters(context, packs, needed);
    if (footers.coldPacks > 0) yield coldNote(footers);
    let number = 0;
    for (const [jobId, objects] of damaged) {
      number += 1;
      yield* this.#repairJob(jobId, number, objects, { packs, footers });
    }
  }

  async *#survey(
    packs: StoredPacks,
    damaged: Map<string, DamagedObject[]>,
  ): AsyncGenerator<Finding> {
    for (const object of newestStates(this.#repository.context.log.state)) {
      this.#options.signal?.throwIfAborted();
      const surveyed = await this.#surveyOne(object, packs);
      if ('code' in surveyed) yield surveyed;
      else if (!isSound(surveyed.survey)) {
        const { jobId } = surveyed;
        damaged.set(jobId, [...(damaged.get(jobId) ?? []), surveyed]);
      }
    }
  }

  async #surveyOne(
    { jobId, objectId, root }: NewestState,
    packs: StoredPacks,
  ): Promise<DamagedObject | Finding> {
    const { pack } = decodeRoot(root).ref;
    try {
      const state = await openState(this.#repository.context, root);
      return { jobId, objectId, pack, survey: await surveyObject(state, packs) };
    } catch (error) {
      if (!isDamage(error)) throw error;
      return finding({ blob: pack, objectId }, 'E_REPAIR_LEFT', error.message);
    }
  }

  async *#repairJob(
    jobId: string,
    number: number,
    objects: readonly DamagedObject[],
    sources: { readonly packs: StoredPacks; readonly footers: FooterIndex },
  ): AsyncGenerator<Finding> {
    const { ports, log } = this.#repository.context;
    const open = log.state.openSessions.get(jobId);
    if (open !== undefined && !this.#options.dryRun) {
      const message = `job ${jobId} has the open session ${open}: repair again when it has ended`;
      yield finding({ blob: 'log/' }, 'E_REPAIR_LEFT', message);
      return;
    }
    const session = await this.#begin(jobId, number);
    const all = { ...sources, nowMs: ports.clock.now() };
    for (const object of objects) {
      const { survey } = object;
      const rows = await (session === undefined
        ? new ObjectRewrite(survey, all).run(undefined)
        : rewriteObject(session, survey, all));
      yield* tell(object, rows);
    }
    await session?.commit({ done: true });
  }

  async #begin(jobId: string, number: number): Promise<StoredSession | undefined> {
    const { dryRun, sessionId, signal } = this.#options;
    if (dryRun) return undefined;
    return this.#repository.beginSession({
      ...{ jobId, sessionId: `${sessionId}.${number}`, attempt: 1 },
      ...(signal && { signal }),
    });
  }
}

function* newestStates({ points }: LogState): Generator<NewestState> {
  for (const [jobId, objects] of points) {
    for (const [objectId, object] of objects) {
      const root = object.points.at(-1)?.root;
      if (root !== undefined) yield { jobId, objectId, root };
    }
  }
}

function* tell({ objectId, pack, survey }: DamagedObject, rows: RepairedRows): Generator<Finding> {
  const done = (code: ErrorCode, message: string) =>
    finding({ blob: pack, objectId, severity: 'note' }, code, message);
  const { lostParts, syncState } = survey;
  if (lostParts.length > 0) {
    const message = `${lostParts.length} parts of its catalog are lost: all other rows are kept, and the next backup reads it in full`;
    yield done('E_REPAIR_DONE', message);
  }
  if (syncState === undefined) {
    yield done('E_REPAIR_DONE', 'its sync state is lost: the next backup reads it in full');
  }
  if (rows.found > 0) {
    yield done('E_REPAIR_DONE', `${rows.found} addresses were found in the footers of packs`);
  }
  const subject = { blob: pack, objectId, items: rows.lost, severity: 'warning' } as const;
  yield* findingsOfItems(subject, 'E_REPAIR_ITEMS_LOST', `${rows.lost.length} items are lost`);
}

function coldNote({ coldPacks }: FooterIndex): Finding {
  const message = `${coldPacks} packs lie in an archive class: what lies there cannot be found again`;
  return finding({ blob: 'packs/', severity: 'note' }, 'E_REPAIR_LEFT', message);
}
