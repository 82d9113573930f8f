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

export function readStorageClass(text: string | undefined): StorageClass {
  if (text === undefined) return 'STANDARD';
  const known = STORAGE_CLASSES.find((one) => one === text);
  if (known) return known;
  throw new S3Error('InvalidStorageClass', 'The storage class you specified is not valid');
}

/** Refuses to read what lies in an archive. */
export function checkReadable(storageClass: StorageClass): void {
  if (storageClass !== 'GLACIER' && storageClass !== 'DEEP_ARCHIVE') return;
  throw new S3Error('InvalidObjectState', {
    message: "The operation is not valid for the object's storage class",
    elements: { StorageClass: storageClass },
  });
}
