import { mustThaw } from '../../storage-class/storage-class.ts';
import { toHex, utf8 } from '../bytes.ts';
import { dataPrefixes } from '../log/names.ts';
import type { BlobInfo, Compute } from '../ports.ts';
import type { ExpectedPack } from './check-objects.ts';
import { listingProblem, type PackCheck, readDataPack } from './check-packs.ts';
import { type Finding, finding } from './finding.ts';
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

/** Existence, length and class of all packs by one listing; and the data of those in the sample. */
export async function* dataStage(stage: DataStage): AsyncGenerator<Finding | DataDone> {
  const listed = await listPacks(stage);
  const outcomes = new Outcomes();
  let parts: BadPart[] = [];
  let waiting = 0;
  for (const pack of [...stage.packs.keys()].sort()) {
    outcomes.done += 1;
    const info = listed.get(pack);
    if (stage.isDone(pack)) {
      await countPack(stage, { pack, info }, outcomes);
      continue;
    }
    stage.signal?.throwIfAborted();
    const bad = await checkPack(stage, { pack, info }, outcomes);
    if (bad !== undefined) parts.push(bad);
    waiting = parts.length === 0 ? 0 : waiting + 1;
    if (parts.length > 0 && parts.length < partsAtOnce && waiting < packsAtOnce) continue;
    yield* tellBad(stage, parts);
    parts = [];
    yield { pack, done: outcomes.done, bytesRead: outcomes.bytesRead };
  }
  yield* tellBad(stage, parts);
  yield* outcomes.notes(stage.sample);
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
}

async function checkPack(
  stage: DataStage,
  { pack, info }: ListedPack,
  outcomes: Outcomes,
): Promise<BadPart | undefined> {
  const found = info ?? (await stage.context.ports.store.head(pack));
  const bad = problemOfListed(stage, { pack, info: found });
  if (bad !== undefined || found === undefined) return bad;
  const isRead = outcomes.count(found, await isChosen(stage, pack));
  return isRead ? readDataPack(stage, found) : undefined;
}

/** What was done before counts, too. */
async function countPack(
  stage: DataStage,
  { pack, info }: ListedPack,
  outcomes: Outcomes,
): Promise<void> {
  if (info === undefined || problemOfListed(stage, { pack, info }) !== undefined) return;
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
