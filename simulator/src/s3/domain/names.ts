import { S3Error } from './s3-error.ts';

const KEY_BYTES_MAX = 1024;

/** Refuses a name that a general purpose bucket may not have [Amazon S3: Bucket naming rules]. */
export function checkBucketName(name: string): void {
  const wellFormed = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');
  const reserved =
    /^\d{1,3}(\.\d{1,3}){3}$/.test(name) ||
    /^(xn--|sthree-|amzn-s3-demo-)/.test(name) ||
    /(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name);
  if (wellFormed && !reserved) return;
  throw new S3Error('InvalidBucketName', {
    message: 'The specified bucket is not valid.',
    elements: { BucketName: name },
  });
}

/** Refuses a key of more than 1,024 bytes of UTF-8. */
export function checkKey(key: string): void {
  const sizeBytes = new TextEncoder().encode(key).byteLength;
  if (sizeBytes <= KEY_BYTES_MAX) return;
  throw new S3Error('KeyTooLongError', {
    message: 'Your key is too long',
    elements: { Size: sizeBytes, MaxSizeAllowed: KEY_BYTES_MAX },
  });
}
