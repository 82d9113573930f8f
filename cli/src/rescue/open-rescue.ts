import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import { AppError, isAppError } from '@firn/shared/errors/app-error';
import type { StorageRef } from '@firn/shared/gen/firn/link/v1/work';
import { FileKeyService } from '@firn/shared/key-service/file-key-service';
import { loadProviderStores } from '@firn/shared/object-store/load-provider-stores';
import { type RepositoryHeader, verifyHeader } from '@firn/shared/repository/header/header-layout';
import { readHeader } from '@firn/shared/repository/header/header-store';
import { openHeader } from '@firn/shared/repository/header/repository-header';
import type { Unlocking } from '@firn/shared/repository/header/unlock-epoch';
import type { PointReader } from '@firn/shared/repository/point/point-reader';
import type { BlobStore } from '@firn/shared/repository/ports';
import {
  openRepository,
  type Repository,
  type RestorePointSummary,
} from '@firn/shared/repository/repository';
import { systemClock } from '@firn/shared/time/system-clock';
import { PasswordInput, type PasswordStreams } from '../password/password-input.ts';
import { type Caller, patientPorts } from './patient-ports.ts';
import { type StoragePlace, storagePlace } from './storage-url.ts';

export interface RescueOptions {
  readonly storage: string;
  readonly passwordFile?: string;
  /** Keys of a key service, as the controller has them. */
  readonly keyServiceFile?: string;
  /** The session that made the point; default: the newest one. */
  readonly point?: string;
  /** A retrieval whose copies are still there: packs are looked for there first. */
  readonly retrieval?: string;
}

/** So many names are looked at to find repositories below a place. */
const namesMax = 100_000;

/**
 * Opens a repository by what lies in the storage, and a password or a key of a key
 * service: no controller, no proxy, no cache. Nothing is written. Past what is damaged of the
 * log. E_REPOSITORY_NOT_FOUND, E_REPOSITORY_PASSWORD_WRONG, E_KEY_SERVICE_KEY_UNKNOWN
 */
export async function openForRescue(
  options: Pick<RescueOptions, 'storage' | 'passwordFile' | 'keyServiceFile'>,
  caller: Caller,
): Promise<Repository> {
  const { streams } = caller;
  const place = storagePlace(options.storage, {
    env: streams.env,
    nowMs: systemClock.now(),
    access: 'read',
  });
  const store = await findRepository(place, caller);
  const header = await readHeader(store);
  const unlocking = await unlockingOf(options, await verifyHeader(header, nodeCompute), streams);
  const unlocked = await openHeader(header, unlocking, nodeCompute);
  const ports = { store, clock: systemClock, entropy: nodeEntropy, compute: nodeCompute };
  const { repositoryId } = unlocked.header;
  return openRepository({ ports, repositoryId, rootKey: unlocked.rootKey, pastDamage: true });
}

/** Asks for a password only where nothing else can open the repository. */
async function unlockingOf(
  { passwordFile: file, keyServiceFile }: Pick<RescueOptions, 'passwordFile' | 'keyServiceFile'>,
  { current }: RepositoryHeader,
  streams: PasswordStreams,
): Promise<Unlocking> {
  const input = new PasswordInput(streams);
  const from = { file, option: '--password-file' };
  const keyService = keyServiceFile === undefined ? undefined : new FileKeyService(keyServiceFile);
  const isAsked = keyService === undefined && current.slots.some(({ type }) => type === 'password');
  const password = isAsked ? await input.currentIfAny(from) : await input.given(from);
  return { password, keyService };
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

export async function openPoint(options: RescueOptions, caller: Caller): Promise<PointReader> {
  const repository = await openForRescue(options, caller);
  const { jobId, pointId } = choosePoint(repository, options.point);
  return repository.openPoint({ jobId, pointId, warm: options.retrieval });
}

/** At the place itself, or the only one below it. */
async function findRepository(
  { ref, credential }: StoragePlace,
  caller: Caller,
): Promise<BlobStore> {
  const stores = await loadProviderStores(ref.provider, patientPorts(caller));
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
