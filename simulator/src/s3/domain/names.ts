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

/**
 * Refuses a key of more than 1,024 bytes of UTF-8, and one whose `..` lead out of the bucket
 * [Amazon S3: Naming Amazon S3 objects].
 */
export function checkKey(key: string): void {
  if (leadsOut(key)) throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
  const sizeBytes = new TextEncoder().encode(key).byteLength;
  if (sizeBytes <= KEY_BYTES_MAX) return;
  throw new S3Error('KeyTooLongError', {
    message: 'Your key is too long',
    elements: { Size: sizeBytes, MaxSizeAllowed: KEY_BYTES_MAX },
  });
}

/** From left to right, relative elements may never be more than the others before them. */
function leadsOut(key: string): boolean {
  let depth = 0;
  for (const element of key.split('/')) {
    depth += element === '..' ? -1 : Number(element !== '' && element !== '.');
    if (depth < 0) return true;
  }
  return false;
}
