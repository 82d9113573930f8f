import { isAppError } from '../../errors/app-error.ts';
import { type Finding, finding } from '../check/finding.ts';
import { manifestProblem, packsWithManifest } from '../check/manifest-problem.ts';
import { undefinedWhenDamaged } from '../damaged.ts';
import { manifestName } from '../log/names.ts';
import type { OpenContext } from '../open-context.ts';
import { mendManifest } from '../pack/manifests.ts';
import type { PackFooter } from '../pack/pack-layout.ts';
import { readFooter } from '../pack/read-footer.ts';
import type { BlobInfo, ByteRange } from '../ports.ts';
import { warmPacks } from '../retrieve/warm-name.ts';
import type { StoredPacks } from './stored-packs.ts';

export interface RepairManifests {
  readonly context: OpenContext;
  readonly packs: StoredPacks;
  /** Packs that objects refer to. */
  readonly referred: ReadonlySet<string>;
  /** Only tells what would be done. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Makes manifests anew by the footers of packs that can be read, or of copies that a retrieval has thawed. */
export async function* repairManifests(options: RepairManifests): AsyncGenerator<Finding> {
  const { context, packs, referred, signal } = options;
  const withManifest = await packsWithManifest(context);
  let warm: ReadonlyMap<string, string> | undefined;
  for (const info of packs.infos.values()) {
    signal?.throwIfAborted();
    if (!referred.has(info.name)) continue;
    const problem = await manifestProblem(context, info, withManifest);
    if (problem === undefined) continue;
    warm ??= await warmPacks(context.ports.store);
    const footer = await anyFooter(context, info, warm.get(info.name));
    yield await mended(options, { info, problem, footer });
  }
}

interface LostManifest {
  readonly info: BlobInfo;
  readonly problem: string;
  /** Undefined: nothing tells of it. */
  readonly footer: PackFooter | undefined;
}

async function mended(
  { context, dryRun }: RepairManifests,
  { info: { name }, problem, footer }: LostManifest,
): Promise<Finding> {
  const blob = manifestName(name);
  const left = (why: string) => {
    const message = `the manifest of ${name}: ${problem}; ${why}`;
    return finding({ blob, severity: 'warning' }, 'E_REPAIR_LEFT', message);
  };
  if (footer === undefined) return left('the pack cannot be read: retrieve an item of it first');
  const done = `the manifest of ${name} was made anew: ${problem}`;
  try {
    const { ports, keys } = context;
    const access = { ...ports, footerKey: keys.derived.footers };
    if (!dryRun) await mendManifest(access, footer);
    return finding({ blob, severity: 'note' }, 'E_REPAIR_DONE', done);
  } catch (error) {
    if (!isAppError(error, 'E_BLOB_LOCKED')) throw error;
    return left('the storage has it locked');
  }
}

/** Of the pack as it lies, which may have been thawed there, or of its copy. */
async function anyFooter(
  { ports, keys }: OpenContext,
  { name: pack, size: length }: BlobInfo,
  warm: string | undefined,
): Promise<PackFooter | undefined> {
  const { store, compute } = ports;
  for (const from of warm === undefined ? [pack] : [warm, pack]) {
    const source = { get: (_: string, range?: ByteRange) => store.get(from, range) };
    const reading = { store: source, compute, footerKey: keys.derived.footers, pack, length };
    const footer = await readFooter(reading).catch(undefinedWhenUnreadable);
    if (footer !== undefined) return footer;
  }
  return undefined;
}

function undefinedWhenUnreadable(error: unknown): undefined {
  return isAppError(error, 'E_BLOB_ARCHIVED') ? undefined : undefinedWhenDamaged(error);
}
