import type {
  OrganizationRef,
  RepositoryRef,
  RetentionPolicy,
  S3Place,
  Sealing,
  StorageRef,
  ObjectSelection as WireSelection,
  Work,
} from '@firn/shared/gen/firn/link/v1/work';
import { packSizeMibOf } from '../../domain/pack-size.ts';
import type {
  Job,
  ObjectStorage,
  Organization,
  Repository,
  Retention,
  S3Settings,
} from '../../domain/resources.ts';
import { jobIdOf, storedIdOf } from '../../domain/restore-point.ts';
import { type ObjectSelection, repositoryIdOf, type Session } from '../../domain/session.ts';
import type { Records } from '../../ports/records.ts';
import { found } from '../resources/found.ts';

type WorkOf = NonNullable<Work['work']>;

/** What the proxy is told to do: read from the record anew for each attempt. */
export async function buildWork(records: Records, session: Session): Promise<Work> {
  return { work: await workOf(records, session) };
}

async function workOf(records: Records, session: Session): Promise<WorkOf> {
  if (session.kind === 'storage-test') return storageTestWork(records, session);
  const repositoryId = repositoryIdOf(session);
  const repository = await repositoryRef(records, repositoryId);
  switch (session.kind) {
    case 'initialize': {
      const { header } = await findRepository(records, repositoryId);
      return { $case: 'initializeRepository', value: { repository, header: Buffer.from(header) } };
    }
    case 'backup':
      return backupWork(records, session, repository);
    case 'copy':
      return copyWork(records, session, repository);
    case 'retrieval':
      return retrievalWork(records, session, repository);
    case 'remove-retrieval':
      return {
        $case: 'removeRetrieval',
        value: { repository, retrievalId: session.retrievalId ?? '' },
      };
    case 'restore':
      return restoreWork(records, session, repository);
    case 'check':
      return checkWork(records, session, repository);
    case 'retention':
      return retentionWork(records, session, repository);
    case 'change-keys': {
      const { headerChange = '' } = session.details;
      return { $case: 'changeKeys', value: { repository, change: headerChange } };
    }
    case 'erase': {
      const { eraseUsers = [], eraseObjects = [] } = session.details;
      const value = { repository, users: [...eraseUsers], objectIds: [...eraseObjects] };
      return { $case: 'erase', value };
    }
    case 'repair': {
      const { dryRun = false, readData = false } = session.details;
      return { $case: 'repair', value: { repository, dryRun, readData } };
    }
  }
}

async function storageTestWork(
  records: Records,
  { objectStorageId, details }: Session,
): Promise<WorkOf> {
  const storage = await findStorage(records, objectStorageId ?? '');
  const { measuresSpeed = false } = details;
  const value = { storage: storageRef(storage, storage.folder), measuresSpeed };
  return { $case: 'storageTest', value };
}

/** With the newest entry of the log that is known here: whoever cut it off is found out. */
async function checkWork(
  records: Records,
  session: Session,
  repository: RepositoryRef,
): Promise<WorkOf> {
  const { readData = false, percent = 0, seed = '' } = session.details;
  const { logHead, logDigest } = await findRepository(records, repositoryIdOf(session));
  const head = {
    logHead: BigInt(logHead ?? 0),
    logDigest: Buffer.from(logDigest ?? new Uint8Array()),
  };
  return { $case: 'check', value: { repository, readData, percent, seed, ...head } };
}

async function retentionWork(
  records: Records,
  session: Session,
  repository: RepositoryRef,
): Promise<WorkOf> {
  const repositoryId = repositoryIdOf(session);
  const { retention } = await findRepository(records, repositoryId);
  const jobs = (await records.jobs.writingTo(repositoryId)).map((job) => ({
    jobId: job.id,
    policy: encodeRetention(job.retention ?? retention),
    neededFrom: job.neededFrom ?? '',
  }));
  const defaultPolicy = encodeRetention(retention);
  const dryRun = session.details.dryRun ?? false;
  const sealing = await sealingOf(records, repository);
  return { $case: 'retention', value: { repository, jobs, defaultPolicy, dryRun, sealing } };
}

/** Undefined: it has no tails. */
async function sealingOf(
  records: Records,
  { repositoryId, storage }: RepositoryRef,
): Promise<Sealing | undefined> {
  if (storage === undefined || storage.storageClass === 'hot') return undefined;
  const sizeMib = await records.repositories.packSizeMib(repositoryId);
  return { packBytes: bytesOf(sizeMib ?? packSizeMibOf(storage.provider)) };
}

function bytesOf(sizeMib: number): bigint {
  return BigInt(sizeMib) * 1024n * 1024n;
}

function encodeRetention({ type, keepFor, keepLast }: Retention): RetentionPolicy {
  return {
    type,
    keepCount: keepFor?.count ?? 0,
    keepUnit: keepFor?.unit ?? '',
    keepLast: keepLast ?? 0,
  };
}

async function backupWork(
  records: Records,
  session: Session,
  repository: RepositoryRef,
): Promise<WorkOf> {
  const jobId = session.jobId ?? '';
  const job = found('backup job', jobId, await records.jobs.find(jobId));
  const stored = await findRepository(records, repositoryIdOf(session));
  return {
    $case: 'backup',
    value: {
      repository,
      organization: await organizationRef(records, job.organizationId),
      jobId,
      scope: scopeOf(job),
      full: session.details.full ?? false,
      retention: encodeRetention(job.retention ?? stored.retention),
    },
  };
}

function scopeOf({ scope, objects }: Job) {
  return {
    entireOrganization: scope.entireOrganization,
    users: [...(scope.users ?? [])],
    excludeUsers: [...(scope.excludeUsers ?? [])],
    mailboxes: objects.mailboxes,
    oneDrives: objects.oneDrives,
  };
}

async function copyWork(
  records: Records,
  session: Session,
  target: RepositoryRef,
): Promise<WorkOf> {
  const { copyJobId, restorePointId } = session;
  const copyJob = found(
    'backup copy job',
    copyJobId ?? '',
    await records.copyJobs.find(copyJobId ?? ''),
  );
  const point = await findPoint(records, restorePointId);
  return {
    $case: 'copy',
    value: {
      source: await repositoryRef(records, point.repositoryId),
      target,
      jobId: copyJob.id,
      sourceJobId: jobIdOf(point),
      restorePointId: point.id,
      packBytes: bytesOf(copyJob.packSizeMib),
      seal: session.details.seal ?? false,
      byAppliance: copyJob.repackBy === 'appliance',
    },
  };
}

async function retrievalWork(
  records: Records,
  session: Session,
  repository: RepositoryRef,
): Promise<WorkOf> {
  const id = session.retrievalId ?? '';
  const { retrievalStep = 'thaw', availableUntil } = session.details;
  const retrieval = found('retrieval', id, await records.retrievals.get(id));
  const point = await findPoint(records, retrieval.restorePointId);
  return {
    $case: 'retrieval',
    value: {
      repository,
      jobId: jobIdOf(point),
      restorePointId: point.id,
      retrievalId: id,
      objects: encodeSelections(retrieval.objects),
      availabilitySeconds: retrieval.availabilitySeconds,
      speed: retrieval.speed ?? 'standard',
      step: retrievalStep,
      priceLimit: retrieval.priceLimit ?? undefined,
      availableUntil: availableUntil === undefined ? undefined : new Date(availableUntil),
    },
  };
}

async function restoreWork(
  records: Records,
  session: Session,
  repository: RepositoryRef,
): Promise<WorkOf> {
  const point = await findPoint(records, session.restorePointId);
  return {
    $case: 'restore',
    value: {
      repository,
      organization: await organizationRef(records, point.organizationId),
      jobId: jobIdOf(point),
      restorePointId: storedIdOf(point),
      retrievalId: session.retrievalId ?? '',
      objects: encodeSelections(session.details.objects ?? []),
    },
  };
}

function encodeSelections(selections: readonly ObjectSelection[]): WireSelection[] {
  return selections.map(({ objectId, folderIds = [], itemIds = [] }) => ({
    objectId,
    folderIds: [...folderIds],
    itemIds: [...itemIds],
  }));
}

async function findPoint(records: Records, id: string | null) {
  const key = id ?? '';
  return found('restore point', key, await records.restorePoints.get(key));
}

async function findRepository(records: Records, id: string): Promise<Repository> {
  return found('repository', id, await records.repositories.find(id));
}

export async function repositoryRef(records: Records, id: string): Promise<RepositoryRef> {
  const { objectStorageId, immutability } = await findRepository(records, id);
  const storage = await findStorage(records, objectStorageId);
  const { folder } = storage;
  // Each repository has a folder of its own below that of its object storage.
  const prefix = folder === '' ? id : `${folder}/${id}`;
  const locked = { immutability: immutability ?? undefined };
  return { repositoryId: id, storage: { ...storageRef(storage, prefix), ...locked } };
}

async function findStorage(records: Records, id: string): Promise<ObjectStorage> {
  return found('object storage', id, await records.objectStorages.find(id));
}

function storageRef(storage: ObjectStorage, prefix: string): StorageRef {
  const { s3 } = storage;
  return {
    storageId: storage.id,
    provider: storage.provider,
    endpoint: storage.endpoint ?? '',
    container: storage.container,
    prefix,
    storageClass: storage.storageClass,
    s3: s3 === null ? undefined : placeOf(s3),
    immutability: undefined,
  };
}

function placeOf({ region, pathStyle, caPem = '' }: S3Settings): S3Place {
  return { region, pathStyle, caPem };
}

async function organizationRef(records: Records, id: string): Promise<OrganizationRef> {
  return encodeOrganization(found('organization', id, await records.organizations.find(id)));
}

function encodeOrganization(organization: Organization): OrganizationRef {
  const { id, tenantId, clientId, graphUrl, loginUrl, caPem } = organization;
  return { organizationId: id, tenantId, clientId, graphUrl, loginUrl, caPem: caPem ?? '' };
}
