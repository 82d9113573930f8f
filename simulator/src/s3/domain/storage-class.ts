import { S3Error } from './s3-error.ts';

export const STORAGE_CLASSES = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
] as const;

export type StorageClass = (typeof STORAGE_CLASSES)[number];

/** Classes whose objects cannot be read unless they are restored. */
export type ArchiveClass = Extract<StorageClass, 'GLACIER' | 'DEEP_ARCHIVE'>;

export function isArchive(storageClass: StorageClass): storageClass is ArchiveClass {
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
}

export function readStorageClass(text: string | undefined): StorageClass {
  if (text === undefined) return 'STANDARD';
  const known = STORAGE_CLASSES.find((one) => one === text);
  if (known) return known;
  throw new S3Error('InvalidStorageClass', 'The storage class you specified is not valid');
}
