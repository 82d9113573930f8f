import type {
  RetentionDone,
  ExpiredPoint as WirePoint,
  StoredBlobs as WireStored,
  PackTotals as WireTotals,
} from '@firn/shared/gen/firn/link/v1/work';
import { storageClasses } from '@firn/shared/storage-class/storage-class';
import {
  type ExpiredPoint,
  type PackTotals,
  type RetentionResult,
  type StoredBlobs,
  storedKinds,
} from '../../domain/session.ts';
import { oneOf } from './decode-results.ts';

const pointsMax = 1_000;

export function decodeRetention(done: RetentionDone): RetentionResult {
  return {
    dryRun: done.dryRun,
    pointsExpired: done.pointsExpired,
    points: done.points.slice(0, pointsMax).map(decodePoint),
    condemned: done.condemned.map(decodeTotals),
    deleted: done.deleted.map(decodeTotals),
    kept: done.kept.map(decodeTotals),
    consolidatedPacks: Number(done.consolidatedPacks),
    consolidatedSegments: Number(done.consolidatedSegments),
    writtenPacks: Number(done.writtenPacks),
    writtenBytes: Number(done.writtenBytes),
    consolidatedBytes: Number(done.consolidatedBytes),
    uploadsAborted: Number(done.uploadsAborted),
    sealedPacks: Number(done.sealedPacks),
    sealedBytes: Number(done.sealedBytes),
    tailBytes: Number(done.tailBytes),
    ...(done.dryRun && {
      stored: done.stored.map(decodeStored),
      newest: done.newest.map(({ jobId, bytes }) => ({ jobId, bytes: Number(bytes) })),
    }),
  };
}

function decodePoint({ jobId, restorePointId, at, reason }: WirePoint): ExpiredPoint {
  return { jobId, restorePointId, at: at?.toISOString() ?? '', reason };
}

function decodeTotals({ storageClass, packs, bytes, deletableAt }: WireTotals): PackTotals {
  return {
    storageClass: oneOf(storageClasses, storageClass, 'hot'),
    packs: Number(packs),
    bytes: Number(bytes),
    ...(deletableAt === undefined ? {} : { deletableAt: deletableAt.toISOString() }),
  };
}

function decodeStored({ kind, storageClass, ageDays, blobs, bytes }: WireStored): StoredBlobs {
  return {
    kind: oneOf(storedKinds, kind, 'metadata'),
    storageClass: oneOf(storageClasses, storageClass, 'hot'),
    ageDays,
    blobs: Number(blobs),
    bytes: Number(bytes),
  };
}
