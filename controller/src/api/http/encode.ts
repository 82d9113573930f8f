import type { Progress } from '@firn/shared/bus/progress';
import type { ObjectStorage, StorageTestResult } from '@firn/shared/rest/schemas/object-storage';
import type { Organization } from '@firn/shared/rest/schemas/organization';
import type { ProxyAgent } from '@firn/shared/rest/schemas/proxy';
import type { Repository } from '@firn/shared/rest/schemas/repository';
import type { RestorePoint } from '@firn/shared/rest/schemas/restore-point';
import type { RetentionResult } from '@firn/shared/rest/schemas/retention';
import type {
  Finding,
  LogEntry,
  Session,
  SessionObject,
  SessionProgress,
} from '@firn/shared/rest/schemas/session';
import type { Token } from '@firn/shared/rest/schemas/token';
import type * as resources from '../../domain/resources.ts';
import type * as points from '../../domain/restore-point.ts';
import type * as sessions from '../../domain/session.ts';
import type { Worker } from '../../domain/worker.ts';
import { present } from './present.ts';

/**
 * Records as the API shows them. Each names its fields one by one, so that a
 * sealed secret or a new column never gets out by itself.
 */

export function encodeOrganization(row: resources.Organization): Organization {
  const { id, name, tenantId, clientId, certificatePem, certificateExpiresAt } = row;
  const { graphUrl, loginUrl, caPem, createdAt } = row;
  return present({
    id,
    name,
    tenantId,
    clientId,
    certificatePem,
    certificateExpiresAt,
    graphUrl,
    loginUrl,
    caPem,
    createdAt,
  });
}

export function encodeObjectStorage(row: resources.ObjectStorage): ObjectStorage {
  const { id, name, provider, endpoint, accountName, container, folder } = row;
  const { storageClass, s3, createdAt } = row;
  const account =
    s3 === null ? { accountName } : { accessKeyId: accountName, ...s3, caPem: s3.caPem ?? null };
  return present({
    id,
    name,
    provider,
    endpoint,
    ...account,
    container,
    folder,
    storageClass,
    createdAt,
  });
}

export function encodeProxy(row: Worker, connected: boolean): ProxyAgent {
  const { id, name, version, lastSeenAt, certificateExpiresAt, createdAt } = row;
  return present({ id, name, connected, version, lastSeenAt, certificateExpiresAt, createdAt });
}

export function encodeRepository(row: resources.Repository): Repository {
  const { id, name, proxyId, objectStorageId, state, encrypted } = row;
  const { retention, immutability, createdAt } = row;
  return present({
    id,
    name,
    proxyId,
    objectStorageId,
    state,
    encrypted,
    retention,
    immutability,
    createdAt,
  });
}

export function encodeSession(row: sessions.Session, progress?: Progress): Session {
  const { id, kind, state, attempt, proxyId, repositoryId, organizationId, jobId } = row;
  const { copyJobId, restorePointId, retrievalId, createdAt, startedAt, endedAt } = row;
  const { objectStorageId, counts, problem, objectCounts: objects, retryOf } = row;
  const retention = row.retention && encodeRetentionResult(row.retention);
  const storageTest = row.storageTest && encodeStorageTest(row.storageTest);
  return present({
    id,
    kind,
    state,
    attempt,
    proxyId,
    repositoryId,
    objectStorageId,
    organizationId,
    jobId,
    copyJobId,
    restorePointId,
    retrievalId,
    retryOf,
    retryNumber: retryOf === null ? null : row.retryNumber,
    createdAt,
    startedAt,
    endedAt,
    counts,
    objects,
    problem,
    retention,
    storageTest,
    progress: progress === undefined ? null : encodeProgress(progress),
  });
}

export function encodeProgress(progress: Progress): SessionProgress {
  const { sessionId: _sessionId, atMs, ...rest } = progress;
  return { ...rest, at: new Date(atMs).toISOString() };
}

function encodeRetentionResult(result: sessions.RetentionResult): RetentionResult {
  const { points, condemned, deleted, kept, stored, newest, ...counts } = result;
  return {
    ...counts,
    points: [...points],
    condemned: [...condemned],
    deleted: [...deleted],
    kept: [...kept],
    ...(stored && { stored: [...stored] }),
    ...(newest && { newest: [...newest] }),
  };
}

function encodeStorageTest({ findings, ...rest }: sessions.StorageTestResult): StorageTestResult {
  return { findings: [...findings], ...rest };
}

export function encodeSessionObject(row: sessions.SessionObject): SessionObject {
  const { objectId, kind, name, userName: user, status, mode, counts, problem } = row;
  const failedItems = row.failedItems.map((item) => ({
    itemId: item.itemId,
    name: item.name,
    folder: item.folder,
    ...(item.problem === undefined ? {} : { problem: item.problem }),
  }));
  return present({ objectId, kind, name, user, status, mode, counts, failedItems, problem });
}

export function encodeLogEntry({ number, at, level, message }: sessions.LogEntry): LogEntry {
  return { number, at, level, message };
}

export function encodeFinding(row: sessions.Finding): Finding {
  const { number, severity, blob, objectId, problem } = row;
  const lists = { items: [...row.items], points: [...row.points] };
  return present({ number, severity, blob, objectId, ...lists, problem });
}

export function encodeRestorePoint(row: points.RestorePoint): RestorePoint {
  const { id, jobId, copyJobId, organizationId, repositoryId, storageClass } = row;
  const { createdAt, objects, partial, complete } = row;
  return present({
    id,
    jobId,
    copyJobId,
    organizationId,
    repositoryId,
    storageClass,
    createdAt,
    objects,
    partial,
    complete,
    isRetrieved: row.retrievalId !== null,
    retrievalId: row.retrievalId,
    retrievedFrom: row.retrievedFrom,
  });
}

export function encodeToken(row: resources.ApiToken): Token {
  const { id, name, scope, createdAt, expiresAt, lastUsedAt } = row;
  return present({ id, name, scope, createdAt, expiresAt, lastUsedAt });
}
