import { isDamage } from '../damaged.ts';
import type { OpenContext } from '../open-context.ts';
import type { BlobInfo } from '../ports.ts';
import type { ExpectedPack } from './check-objects.ts';
import { type Finding, finding, findingOf } from './finding.ts';
import { affectedItems, type BadPart } from './name-affected.ts';
import { type BadFrame, verifyPack } from './verify-pack.ts';

export interface PackCheck {
  readonly context: OpenContext;
  /** Open every frame of packs that can be read at once. */
  readonly readData: boolean;
  readonly contentIdSecrets: readonly Uint8Array[];
}

/** Meta packs are hot, and always read in full. */
export async function* checkMetaPack(check: PackCheck, pack: string): AsyncGenerator<Finding> {
  const info = await check.context.ports.store.head(pack);
  if (info === undefined) {
    yield finding({ blob: pack }, 'E_BLOB_NOT_FOUND', `${pack} is missing`);
    return;
  }
  try {
    for await (const bad of verifyPack({ ...check, pack, length: info.size })) {
      const { objectId, kind } = bad.segment;
      const message = `${describe(bad)} of kind ${kind}: ${bad.message}`;
      yield finding({ blob: pack, ...(objectId && { objectId }) }, 'E_REPOSITORY_DAMAGED', message);
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    yield findingOf(error, { blob: pack, severity: 'warning' });
  }
}

export type PackOutcome = 'read' | 'cold' | 'damaged';

/** Finds what is wrong with a data pack, and tells how far it could be read. */
export async function* checkDataPack(
  check: PackCheck,
  pack: string,
  expected: ExpectedPack,
): AsyncGenerator<Finding, PackOutcome> {
  const info = await check.context.ports.store.head(pack);
  const problem = info === undefined ? 'it is missing' : lengthProblem(info, expected);
  if (info === undefined) {
    yield* affected(check, { pack, frames: undefined }, { code: 'E_BLOB_NOT_FOUND', problem });
    return 'damaged';
  }
  const isCold = info.storageClass === 'archive';
  if (isCold || !check.readData) {
    if (problem === undefined) return isCold ? 'cold' : 'read';
    yield* affected(check, { pack, frames: undefined }, { code: 'E_REPOSITORY_DAMAGED', problem });
    return 'damaged';
  }
  return yield* readDataPack(check, info);
}

async function* readDataPack(
  check: PackCheck,
  { name: pack, size: length }: BlobInfo,
): AsyncGenerator<Finding, PackOutcome> {
  const code = 'E_REPOSITORY_DAMAGED';
  try {
    const frames = new Set<string>();
    let problem = '';
    for await (const bad of verifyPack({ ...check, pack, length })) {
      problem = `${describe(bad)}: ${bad.message}`;
      for (const frame of framesOf(bad)) frames.add(frame);
    }
    if (frames.size === 0) return 'read';
    yield* affected(check, { pack, frames }, { code, problem });
  } catch (error) {
    if (!isDamage(error)) throw error;
    // Without its footer nothing is known of the frames: all of them are suspect.
    yield* affected(check, { pack, frames: undefined }, { code, problem: error.message });
  }
  return 'damaged';
}

async function* affected(
  check: PackCheck,
  part: BadPart,
  { code, problem }: { readonly code: string; readonly problem: string | undefined },
): AsyncGenerator<Finding> {
  const { pack } = part;
  const objects = await affectedItems(check.context, part);
  const message = `${pack}: ${problem}`;
  for (const [objectId, items] of objects) {
    yield finding({ blob: pack, objectId, items: [...items].sort() }, code, message);
  }
  if (objects.size > 0) return;
  const nothing = `${message}; no item of a restore point lies there`;
  yield finding({ blob: pack, severity: 'warning' }, code, nothing);
}

function lengthProblem(info: BlobInfo, expected: ExpectedPack): string | undefined {
  const { exactLength, lengthMin } = expected;
  if (exactLength > 0 && info.size !== exactLength) {
    return `it has ${info.size} bytes, not ${exactLength}`;
  }
  return info.size < lengthMin ? `it has only ${info.size} bytes` : undefined;
}

function describe({ segment, frame }: BadFrame): string {
  return `${frame === undefined ? 'all frames' : `frame ${frame}`} of segment ${segment.id}`;
}

function framesOf({ segment, frame }: BadFrame): string[] {
  const numbers = frame === undefined ? [...segment.frames.keys()] : [frame];
  return numbers.map((number) => `${segment.id}/${number}`);
}
