import { isDamage } from '../damaged.ts';
import type { OpenContext } from '../open-context.ts';
import type { Repository } from '../repository.ts';
import { checkHeaderAndKeys, checkLog } from './check-log.ts';
import { checkObjects, type ReferredPacks } from './check-objects.ts';
import { checkDataPack, checkMetaPack, type PackCheck } from './check-packs.ts';
import { type Finding, finding } from './finding.ts';

export type { Finding } from './finding.ts';

export interface CheckOptions {
  /** Also open every data pack that can be read at once. */
  readonly readData: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads back what the restore points need. Ended without an error finding: all
 * that can be read is sound. Of packs in an archive class only existence,
 * length and class are checked, and a note says so. What no restore point
 * needs is not looked at. Throws only what is no damage (the storage cannot be
 * reached).
 */
export async function* checkRepository(
  repository: Repository,
  { readData, signal }: CheckOptions,
): AsyncGenerator<Finding> {
  const { context } = repository;
  for await (const found of findings(context, readData)) {
    signal?.throwIfAborted();
    yield found;
  }
}

async function* findings(context: OpenContext, readData: boolean): AsyncGenerator<Finding> {
  await context.log.refresh();
  yield* checkHeaderAndKeys(context);
  yield* checkLog(context);
  const packs: ReferredPacks = { data: new Map(), meta: new Set() };
  yield* checkObjects(context, packs);
  const check = { context, readData, contentIdSecrets: await contentIdSecrets(context) };
  for (const pack of packs.meta) yield* checkMetaPack(check, pack);
  yield* checkDataPacks(check, packs);
}

async function* checkDataPacks(check: PackCheck, { data }: ReferredPacks): AsyncGenerator<Finding> {
  let cold = 0;
  for (const [pack, expected] of data) {
    const outcome = yield* checkDataPack(check, pack, expected);
    if (outcome === 'cold') cold += 1;
  }
  if (cold === 0) return;
  const message = `${cold} packs lie in an archive class: only existence, length and class were checked`;
  yield finding({ blob: 'packs/', severity: 'note' }, 'E_BLOB_ARCHIVED', message);
}

async function contentIdSecrets({ ports, keys }: OpenContext): Promise<readonly Uint8Array[]> {
  const secrets = [keys.derived.contentIds];
  const prefix = 'keys/content-ids-';
  for await (const { name } of ports.store.list(prefix)) {
    try {
      secrets.push(await keys.contentIdSecret(name.slice(prefix.length)));
    } catch (error) {
      // The key itself is reported; contents named by it do not match then.
      if (!isDamage(error)) throw error;
    }
  }
  return secrets;
}
