import type { BlobVersion } from '../domain/blob-record.ts';

/** What the front tells of a version beside Azurite, in answers to GET and HEAD. */
export function versionHeaders(
  version: BlobVersion,
  isCurrent: boolean,
): Readonly<Record<string, string>> {
  return {
    'last-modified': new Date(version.modifiedMs).toUTCString(),
    'x-ms-creation-time': new Date(version.createdMs).toUTCString(),
    ...(version.versionId !== undefined && {
      'x-ms-version-id': version.versionId,
      ...(isCurrent && { 'x-ms-is-current-version': 'true' }),
    }),
    ...rehydrationHeaders(version),
    ...copyHeaders(version),
    ...protectionHeaders(version),
  };
}

/** In answers to writes. */
export function writtenHeaders(version: BlobVersion): Readonly<Record<string, string>> {
  const { versionId, modifiedMs } = version;
  return {
    'last-modified': new Date(modifiedMs).toUTCString(),
    ...(versionId !== undefined && { 'x-ms-version-id': versionId }),
  };
}

export function protectionHeaders({
  policy,
  legalHold,
}: Pick<BlobVersion, 'policy' | 'legalHold'>): Readonly<Record<string, string>> {
  return {
    ...(policy && {
      'x-ms-immutability-policy-until-date': new Date(policy.untilMs).toUTCString(),
      'x-ms-immutability-policy-mode': policy.mode.toLowerCase(),
    }),
    ...(legalHold && { 'x-ms-legal-hold': 'true' }),
  };
}

function rehydrationHeaders({ rehydration }: BlobVersion): Readonly<Record<string, string>> {
  if (!rehydration) return {};
  return {
    'x-ms-archive-status': `rehydrate-pending-to-${rehydration.to.toLowerCase()}`,
    'x-ms-rehydrate-priority': rehydration.priority,
  };
}

function copyHeaders({ copy, sizeBytes }: BlobVersion): Readonly<Record<string, string>> {
  if (!copy) return {};
  const done = copy.status === 'success' ? sizeBytes : 0;
  return {
    'x-ms-copy-id': copy.id,
    'x-ms-copy-source': copy.sourceUrl,
    'x-ms-copy-status': copy.status,
    'x-ms-copy-progress': `${done}/${copy.source.sizeBytes}`,
    ...(copy.status === 'failed' && { 'x-ms-copy-status-description': '404 BlobNotFound' }),
  };
}
