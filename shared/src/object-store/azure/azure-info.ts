import type {
  BlobDownloadResponseParsed,
  BlobGetPropertiesResponse,
  BlobItem,
} from '@azure/storage-blob';
import { invariant } from '../../errors/invariant.ts';
import type { BlobInfo } from '../../repository/ports.ts';
import type { StorageClass } from '../../storage-class/storage-class.ts';

const tierOfClass: Readonly<Partial<Record<StorageClass, string>>> = {
  hot: 'Hot',
  cool: 'Cool',
  cold: 'Cold',
  archive: 'Archive',
};

const classOfTier: Readonly<Record<string, StorageClass>> = {
  hot: 'hot',
  cool: 'cool',
  cold: 'cold',
  archive: 'archive',
};

/** Access tier by Azure's name; the controller lets no storage have another class. */
export function tierOf(storageClass: StorageClass): string {
  const tier = tierOfClass[storageClass];
  invariant(tier !== undefined, `Azure has no class ${storageClass}`);
  return tier;
}

/** Undefined when a copy to that name failed: what it left behind is no blob. */
export function infoOfProperties(
  name: string,
  reply: BlobGetPropertiesResponse,
): BlobInfo | undefined {
  return infoOf(name, reply);
}

/** As infoOfProperties, for an item of a listing. */
export function infoOfItem(name: string, item: BlobItem): BlobInfo | undefined {
  return infoOf(name, item.properties);
}

/** A download can be read, so it is not archived; where Azure names no tier, hot. */
export function infoOfDownload(name: string, reply: BlobDownloadResponseParsed): BlobInfo {
  // A ranged reply tells the whole size behind the slash: `bytes 2-4/10`.
  const total = reply.contentRange?.split('/')[1];
  return {
    name,
    size: total === undefined ? (reply.contentLength ?? 0) : Number(total),
    storageClass: classOf(reply.accessTier),
    modifiedAtMs: reply.lastModified?.getTime() ?? 0,
    rehydrating: false,
  };
}

interface Properties {
  readonly contentLength?: number;
  readonly lastModified?: Date;
  readonly accessTier?: string;
  /** `rehydrate-pending-to-hot` and the like; absent when nothing is under way. */
  readonly archiveStatus?: string;
  readonly copyStatus?: string;
  readonly immutabilityPolicyExpiresOn?: Date;
}

function infoOf(name: string, properties: Properties): BlobInfo | undefined {
  const { copyStatus, immutabilityPolicyExpiresOn: lockedUntil } = properties;
  if (copyStatus === 'failed' || copyStatus === 'aborted') return undefined;
  return {
    name,
    size: properties.contentLength ?? 0,
    storageClass: classOf(properties.accessTier),
    modifiedAtMs: properties.lastModified?.getTime() ?? 0,
    rehydrating: properties.archiveStatus !== undefined || copyStatus === 'pending',
    ...(lockedUntil !== undefined && { lockedUntilMs: lockedUntil.getTime() }),
  };
}

function classOf(tier: string | undefined): StorageClass {
  return classOfTier[tier?.toLowerCase() ?? 'hot'] ?? 'hot';
}
