import type {
  _Object,
  GetObjectCommandOutput,
  HeadObjectCommandOutput,
  StorageClass as S3Class,
} from '@aws-sdk/client-s3';
import type { BlobInfo } from '../../repository/ports.ts';
import type { StorageClass } from '../../storage-class/storage-class.ts';

/** Standard is what S3 takes without being told, and all that some storages know. [AWS: storage-class-intro] */
const classNames = {
  hot: undefined,
  intelligent: 'INTELLIGENT_TIERING',
  cool: 'STANDARD_IA',
  'one-zone': 'ONEZONE_IA',
  cold: 'GLACIER_IR',
  archive: 'GLACIER',
  'deep-archive': 'DEEP_ARCHIVE',
} as const satisfies Record<StorageClass, S3Class | undefined>;

/** Names of later years count as hot. */
const classOfName: Readonly<Record<string, StorageClass>> = Object.fromEntries(
  Object.entries(classNames).map(([storageClass, name]) => [name, storageClass as StorageClass]),
);

/** The class as a member of a request, which the hot one needs not. */
export function classMember(storageClass: StorageClass | undefined): { StorageClass?: S3Class } {
  const name = classNames[storageClass ?? 'hot'];
  return name === undefined ? {} : { StorageClass: name };
}

export function infoOfHead(name: string, reply: HeadObjectCommandOutput): BlobInfo {
  const until = reply.ObjectLockRetainUntilDate;
  return {
    ...infoOf(name, reply.ContentLength, reply),
    rehydrating: reply.Restore?.includes('ongoing-request="true"') ?? false,
    ...(until !== undefined && { lockedUntilMs: until.getTime() }),
  };
}

export function infoOfGet(name: string, reply: GetObjectCommandOutput): BlobInfo {
  // A ranged reply tells the whole size behind the slash: `bytes 2-4/10`.
  const total = reply.ContentRange?.split('/')[1];
  return infoOf(name, total === undefined ? reply.ContentLength : Number(total), reply);
}

export function infoOfItem(name: string, item: _Object): BlobInfo {
  return infoOf(name, item.Size, item);
}

interface Described {
  readonly StorageClass?: string | undefined;
  readonly LastModified?: Date | undefined;
}

function infoOf(name: string, size: number | undefined, described: Described): BlobInfo {
  return {
    name,
    size: size ?? 0,
    storageClass: classOfName[described.StorageClass ?? ''] ?? 'hot',
    modifiedAtMs: described.LastModified?.getTime() ?? 0,
    rehydrating: false,
  };
}
