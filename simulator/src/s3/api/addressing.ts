import { checkKey } from '../domain/names.ts';
import { S3Error } from '../domain/s3-error.ts';
import { decodeOnce } from '../signing/canonical-request.ts';
import type { Operation } from './operation.ts';

/** What a request is about. */
export interface Address {
  readonly level: Operation['level'];
  readonly bucketName: string;
  readonly key: string;
}

/**
 * Reads the bucket from the host (`bucket.<domain>`) or else from the path's first segment.
 * `domain` itself, and every other host, is path style.
 */
export function readAddress(host: string, rawPath: string, domain: string): Address {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const virtual = name.endsWith(`.${domain}`) ? name.slice(0, -domain.length - 1) : undefined;
  const path = decodeOnce(rawPath).slice(1);
  if (virtual !== undefined) return address(virtual, path);
  const cut = path.indexOf('/');
  if (cut < 0) return address(path, '');
  const bucketName = path.slice(0, cut);
  checkBucketGiven(bucketName);
  return address(bucketName, path.slice(cut + 1));
}

function address(bucketName: string, key: string): Address {
  if (bucketName === '') return { level: 'service', bucketName, key };
  checkKey(key);
  return { level: key === '' ? 'bucket' : 'object', bucketName, key };
}

function checkBucketGiven(bucketName: string): void {
  if (bucketName !== '') return;
  throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.');
}
