import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import { AppError, isAppError } from '@firn/shared/errors/app-error';
import type { StorageRef } from '@firn/shared/gen/firn/link/v1/work';
import { makeProviderStores } from '@firn/shared/object-store/provider-stores';
import { readHeader } from '@firn/shared/repository/header/header-store';
import { openHeader } from '@firn/shared/repository/header/repository-header';
import type { PointReader } from '@firn/shared/repository/point/point-reader';
import type { BlobStore } from '@firn/shared/repository/ports';
import {
  openRepository,
  type Repository,
  type RestorePointSummary,
} from '@firn/shared/repository/repository';
import { systemClock } from '@firn/shared/time/system-clock';
import { readText } from '../config.ts';
import { type StoragePlace, storagePlace } from './storage-url.ts';

export interface RescueOptions {
  readonly storage: string;
  readonly passwordFile?: string;
  /** The session that made the point; default: the newest one. */
  readonly point?: string;
  /** A retrieval whose copies are still there: packs are looked for there first. */
  readonly retrieval?: string;
}

/** So many names are looked at to find repositories below a place. */
const namesMax = 100_000;

/**
 * Opens a repository by what lies in the storage, and a password: no controller,
 * no proxy, no cache. Nothing is written. Past what is damaged of the log.
 * E_REPOSITORY_NOT_FOUND, E_REPOSITORY_PASSWORD_WRONG
 */
export async function openForRescue(
  options: Pick<RescueOptions, 'storage' | 'passwordFile'>,
  env: NodeJS.ProcessEnv,
): Promise<Repository> {
  const place = storagePlace(options.storage, {
    env,
    nowMs: systemClock.now(),
    access: 'read',
  });
  const store = await findRepository(place);
  const header = await readHeader(store);
  const password =
    options.passwordFile === undefined
      ? env['FIRN_REPOSITORY_PASSWORD']
      : readText(options.passwordFile, '--password-file');
  const unlocked = await openHeader(header, { password }, nodeCompute);
  const ports = { store, clock: systemClock, entropy: nodeEntropy, compute: nodeCompute };
  const { repositoryId } = unlocked.header;
  return openRepository({ ports, repositoryId, rootKey: unlocked.rootKey, pastDamage: true });
}

/** The named point, or the newest one. E_POINT_NOT_FOUND */
export function choosePoint(
  repository: Repository,
  pointId: string | undefined,
): RestorePointSummary {
  const points = [...repository.restorePoints()].sort((a, b) => a.committedAtMs - b.committedAtMs);
  const point = pointId === undefined ? points.at(-1) : points.find((p) => p.pointId === pointId);
  if (point !== undefined) return point;
  throw new AppError(
    'E_POINT_NOT_FOUND',
    pointId === undefined
      ? 'the repository has no restore point'
      : `the repository has no restore point ${pointId}`,
  );
}

export async function openPoint(
  options: RescueOptions,
  env: NodeJS.ProcessEnv,
): Promise<PointReader> {
  const repository = await openForRescue(options, env);
  const { jobId, pointId } = choosePoint(repository, options.point);
  return repository.openPoint({ jobId, pointId, warm: options.retrieval });
}

/** At the place itself, or the only one below it. */
async function findRepository({ ref, credential }: StoragePlace): Promise<BlobStore> {
  const stores = makeProviderStores(systemClock, Math.random);
  const at = (prefix: string) => stores.open({ ...ref, prefix }, credential);
  const store = at(ref.prefix);
  if (await hasHeader(store)) return store;
  const folders = await repositoriesBelow(store);
  const [only] = folders;
  if (only !== undefined && folders.length === 1) return at(joined(ref, only));
  const where = folders.length === 0 ? 'nor below it' : `below it: ${folders.join(', ')}`;
  throw new AppError('E_REPOSITORY_NOT_FOUND', `no repository lies at this place; ${where}`);
}

function joined({ prefix }: StorageRef, folder: string): string {
  return prefix === '' ? folder : `${prefix}/${folder}`;
}

async function hasHeader(store: BlobStore): Promise<boolean> {
  try {
    await readHeader(store);
    return true;
  } catch (error) {
    if (isAppError(error, 'E_REPOSITORY_NOT_FOUND')) return false;
    throw error;
  }
}

async function repositoriesBelow(store: BlobStore): Promise<readonly string[]> {
  const folders = new Set<string>();
  let names = 0;
  for await (const { name } of store.list('')) {
    const folder = /^(.+)\/header\/\d+$/.exec(name)?.[1];
    if (folder !== undefined) folders.add(folder);
    names += 1;
    if (names >= namesMax) break;
  }
  return [...folders];
}
