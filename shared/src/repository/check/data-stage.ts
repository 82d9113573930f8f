import { mustThaw } from '../../storage-class/storage-class.ts';
import { ahead } from '../ahead.ts';
import { toHex, utf8 } from '../bytes.ts';
import { dataPrefixes, manifestName } from '../log/names.ts';
import type { BlobInfo, Compute } from '../ports.ts';
import type { ExpectedPack } from './check-objects.ts';
import { listingProblem, type PackCheck, readDataPack } from './check-packs.ts';
import { type Finding, finding } from './finding.ts';
import { manifestProblem, packsWithManifest } from './manifest-problem.ts';
import { type BadPart, nameAffected } from './name-affected.ts';

/** Which packs are read: 100 percent are all. */
export interface DataSample {
  readonly percent: number;
  /** Another seed chooses other packs. */
  readonly seed: string;
}

export interface DataStage extends PackCheck {
  readonly packs: ReadonlyMap<string, ExpectedPack>;
  /** Undefined: none is read. */
  readonly sample: DataSample | undefined;
  /** Packs up to this name were done before. */
  readonly isDone: (pack: string) => boolean;
  readonly signal: AbortSignal | undefined;
}

/** Told when everything found up to a pack was told. */
export interface DataDone {
  readonly pack: string;
  readonly done: number;
  readonly bytesRead: number;
}

/** Naming what bad packs affect reads catalogs: it is done for many at a time, and not too late. */
const partsAtOnce = 64;
const packsAtOnce = 200;

const manifestsAtOnce = 4;

/**
 * Existence, length and class of all packs by one listing, and their manifests; and the data of
 * those in the sample.
 */
export async function* dataStage(stage: DataStage): AsyncGenerator<Finding | DataDone> {
  const outcomes = new Outcomes();
  let parts: BadPart[] = [];
  let waiting = 0;
  for await (const listed of listedPacks(stage)) {
    outcomes.done += 1;
    if (listed.isDone) {
      await countPack(stage, listed, outcomes);
      continue;
    }
    stage.signal?.throwIfAborted();
    yield* tellManifest(listed);
    const bad = await checkPack(stage, listed, outcomes);
    if (bad !== undefined) parts.push(bad);
    waiting = parts.length === 0 ? 0 : waiting + 1;
    if (parts.length > 0 && parts.length < partsAtOnce && waiting < packsAtOnce) continue;
    yield* tellBad(stage, parts);
    parts = [];
    const { pack } = listed;
    yield { pack, done: outcomes.done, bytesRead: outcomes.bytesRead };
  }
  yield* tellBad(stage, parts);
  yield* outcomes.notes(stage.sample);
}

/** In order of names. What a listing did not show is asked for once more. */
async function* listedPacks(stage: DataStage): AsyncGenerator<ListedPack> {
  const { context, packs } = stage;
  const listed = await listPacks(stage);
  const withManifest = await packsWithManifest(context);
  yield* ahead([...packs.keys()].sort(), manifestsAtOnce, async (pack) => {
    const isDone = stage.isDone(pack);
    const info = listed.get(pack) ?? (isDone ? undefined : await context.ports.store.head(pack));
    if (isDone || info === undefined) return { pack, info, isDone, manifest: undefined };
    return { pack, info, isDone, manifest: await manifestProblem(context, info, withManifest) };
  });
}

function* tellManifest({ pack, manifest }: ListedPack): Generator<Finding> {
  if (manifest === undefined) return;
  const message = `the manifest of ${pack}: ${manifest}`;
  yield finding({ blob: manifestName(pack), severity: 'warning' }, 'E_MANIFEST_DAMAGED', message);
}

/** From here on no backup takes contents there for stored. */
async function* tellBad({ context }: DataStage, parts: readonly BadPart[]) {
  if (parts.length === 0) return;
  await context.sharedChunks.forgetPacks(parts.map(({ pack }) => pack));
  yield* nameAffected(context, parts);
}

interface ListedPack {
  readonly pack: string;
  readonly info: BlobInfo | undefined;
  /** Before. */
  readonly isDone: boolean;
  /** What is wrong with its manifest. */
  readonly manifest: string | undefined;
}

async function checkPack(
  stage: DataStage,
  listed: ListedPack,
  outcomes: Outcomes,
): Promise<BadPart | undefined> {
  const { pack, info } = listed;
  const bad = problemOfListed(stage, listed);
  if (bad !== undefined || info === undefined) return bad;
  const isRead = outcomes.count(info, await isChosen(stage, pack));
  return isRead ? readDataPack(stage, info) : undefined;
}

/** What was done before counts, too. */
async function countPack(stage: DataStage, listed: ListedPack, outcomes: Outcomes): Promise<void> {
  const { pack, info } = listed;
  if (info === undefined || problemOfListed(stage, listed) !== undefined) return;
  outcomes.count(info, await isChosen(stage, pack));
}

function problemOfListed({ packs }: DataStage, { pack, info }: ListedPack): BadPart | undefined {
  return listingProblem(pack, info, packs.get(pack) ?? { exactLength: 0, lengthMin: 0 });
}

/** The listing of all packs is not held, only what is asked for. */
async function listPacks({ context, packs }: DataStage): Promise<ReadonlyMap<string, BlobInfo>> {
  const found = new Map<string, BlobInfo>();
  for (const prefix of dataPrefixes) {
    for await (const info of context.ports.store.list(prefix)) {
      if (packs.has(info.name)) found.set(info.name, info);
    }
  }
  return found;
}

async function isChosen({ sample, context }: DataStage, pack: string): Promise<boolean> {
  if (sample === undefined) return false;
  return (
    sample.percent >= 100 || (await fraction(context.ports.compute, sample, pack)) < sample.percent
  );
}

/** The same for the same seed and pack: 0 to below 100. */
async function fraction(compute: Compute, { seed }: DataSample, pack: string): Promise<number> {
  const digest = await compute.sha256([utf8(`${seed}\n${pack}`)]);
  return (Number.parseInt(toHex(digest.subarray(0, 6)), 16) / 2 ** 48) * 100;
}

class Outcomes {
  done = 0;
  read = 0;
  bytesRead = 0;
  skipped = 0;
  cold = 0;
  coldBytes = 0;

  /** @returns whether it is read */
  count({ storageClass, size }: BlobInfo, isChosen: boolean): boolean {
    if (mustThaw(storageClass)) {
      this.cold += 1;
      this.coldBytes += size;
      return false;
    }
    if (isChosen) {
      this.read += 1;
      this.bytesRead += size;
    } else this.skipped += 1;
    return isChosen;
  }

  *notes(sample: DataSample | undefined): Generator<Finding> {
    const subject = { blob: 'packs/', severity: 'note' } as const;
    const only = 'only existence, length and class were checked';
    if (this.cold > 0) {
      const message = `${this.cold} packs with ${this.coldBytes} bytes lie in an archive class: ${only}`;
      yield finding(subject, 'E_PACKS_NOT_READ', message);
    }
    if (this.skipped === 0) return;
    const which =
      sample === undefined
        ? `${this.skipped} packs were not read`
        : `${this.skipped} packs were not read, ${this.read} were: ${sample.percent} percent by the seed ${sample.seed}`;
    yield finding(subject, 'E_PACKS_NOT_READ', `${which}: ${only}`);
  }
}
