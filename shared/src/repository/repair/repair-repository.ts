import { readContentIdSecrets } from '../check/content-id-secrets.ts';
import { type Finding, finding } from '../check/finding.ts';
import { SharedSegmentKeys } from '../check/shared-segment-keys.ts';
import { ReadableKeys } from '../keys/readable-keys.ts';
import { writeCheckpoint } from '../log/checkpoint.ts';
import { logName } from '../log/names.ts';
import { decodeRoot } from '../object/object-record.ts';
import type { Repository } from '../repository.ts';
import { repairManifests } from './repair-manifests.ts';
import { ObjectsRepair } from './repair-objects.ts';
import { RelocationsRepair } from './repair-relocations.ts';
import { RepairSession } from './repair-session.ts';
import { StoredPacks } from './stored-packs.ts';

export interface RepairOptions {
  /** Of a session of the job `maintenance`, in which is written. */
  readonly sessionId: string;
  /** Tell what would be done, and write nothing: needs no ownership then. */
  readonly dryRun: boolean;
  /** Also read data packs, to find what is damaged in them. */
  readonly readData: boolean;
  readonly signal?: AbortSignal | undefined;
  /**
   * Awaited before the log makes true what was told so far: whoever keeps the
   * findings here has those of a repair that is cut short later, too.
   */
  readonly beforeEntry?: () => Promise<void>;
}

/**
 * Makes every state that a point or a pin shows whole again, as far as what is
 * stored allows: rows that can be read are kept, addresses that are lost are
 * found in other states and in the footers of packs, items whose content is gone
 * are marked as failed, so that the next backup reads them again. Only writes
 * new blobs: object keys, meta packs, entries of the log, a checkpoint behind
 * damaged ones; and manifests, also in place of damaged ones. Interrupted, it is run again; run again, it does nothing.
 * @param repository opened with pastDamage; owned unless dryRun
 */
export async function* repairRepository(
  repository: Repository,
  options: RepairOptions,
): AsyncGenerator<Finding> {
  const { context } = repository;
  const { dryRun, readData, signal } = options;
  yield* repairLog(repository, options);
  const contentIdSecrets = await readContentIdSecrets(context);
  const sharedKeys = new SharedSegmentKeys({ context, moved: context.relocations });
  const packs = await StoredPacks.open({ context, contentIdSecrets, sharedKeys }, readData, signal);
  // Else the next backup would take them for stored.
  await context.sharedChunks.forgetPacks(packs.damaged);
  const session = new LazySession(() => RepairSession.begin(context, options));
  const begin = dryRun ? undefined : () => session.begin();
  const relocations = new RelocationsRepair({ context, packs, begin });
  yield* relocations.run();
  const { moved } = relocations;
  const keys = new ReadableKeys(context.keys);
  const objects = new ObjectsRepair({ context, packs, moved, keys, begin, signal });
  yield* objects.run();
  yield* session.end();
  const { referred } = objects;
  yield* repairManifests({ context, packs, referred, dryRun, signal });
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

/** Begins once there is something to write. */
class LazySession {
  readonly #beginNew: () => Promise<RepairSession>;
  #begun: Promise<RepairSession> | undefined;

  constructor(beginNew: () => Promise<RepairSession>) {
    this.#beginNew = beginNew;
  }

  begin(): Promise<RepairSession> {
    this.#begun ??= this.#beginNew();
    return this.#begun;
  }

  async *end(): AsyncGenerator<Finding> {
    const session = await this.#begun;
    for (const root of (await session?.end()) ?? []) {
      const message = 'what shows it has changed meanwhile: repair again';
      yield finding({ blob: decodeRoot(root).ref.pack }, 'E_REPAIR_LEFT', message);
    }
  }
}
