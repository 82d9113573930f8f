import type { ObjectProperties } from '../domain/object-version.ts';
import { invalidArgument, notImplemented, S3Error } from '../domain/s3-error.ts';
import { readStorageClass } from '../domain/storage-class.ts';

const STORED_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];
const META = 'x-amz-meta-';
const META_BYTES_MAX = 2048;

/** The `x-amz-` headers of requests that make an object, besides those of lock and checksums. */
export const PROPERTY_HEADERS = [
  'x-amz-acl',
  'x-amz-meta-*',
  'x-amz-server-side-encryption',
  'x-amz-storage-class',
];

/** Reads what a client says about a new object. */
export function readProperties(headers: ReadonlyMap<string, string>): ObjectProperties {
  checkAcl(headers.get('x-amz-acl'));
  checkEncryption(headers.get('x-amz-server-side-encryption'));
  return {
    headers: readStoredHeaders(headers),
    metadata: readMetadata(headers),
    storageClass: readStorageClass(headers.get('x-amz-storage-class')),
  };
}

/** The headers of an answer that says what an object is. */
export function propertyHeaders({
  headers,
  metadata,
  storageClass,
}: ObjectProperties): Record<string, string> {
  const named = Object.entries(metadata).map(([name, value]) => [META + name, value]);
  return {
    ...headers,
    ...Object.fromEntries(named),
    'x-amz-server-side-encryption': 'AES256',
    ...(storageClass === 'STANDARD' ? {} : { 'x-amz-storage-class': storageClass }),
  };
}

/** Only canned ACLs that change nothing: bucket owner enforced is how buckets are made. */
export function checkAcl(acl: string | undefined): void {
  if (acl === undefined || acl === 'private' || acl === 'bucket-owner-full-control') return;
  throw new S3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs');
}

function checkEncryption(algorithm: string | undefined): void {
  if (algorithm === undefined || algorithm === 'AES256') return;
  throw notImplemented('Header', `x-amz-server-side-encryption: ${algorithm}`);
}

function readStoredHeaders(headers: ReadonlyMap<string, string>): Record<string, string> {
  const stored: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const name of STORED_HEADERS) {
    const value = name === 'content-encoding' ? storedEncoding(headers) : headers.get(name);
    if (value) stored[name] = value;
  }
  return stored;
}

function storedEncoding(headers: ReadonlyMap<string, string>): string {
  return (headers.get('content-encoding') ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && one !== 'aws-chunked')
    .join(', ');
}

function readMetadata(headers: ReadonlyMap<string, string>): Record<string, string> {
  const found = [...headers].filter(([name]) => name.startsWith(META));
  let sizeBytes = 0;
  for (const [name, value] of found) {
    if (!/^[\x20-\x7e\t]*$/.test(value)) {
      throw invalidArgument('User metadata in headers must be US-ASCII.', name, '');
    }
    sizeBytes += name.length - META.length + value.length;
  }
  if (sizeBytes > META_BYTES_MAX) {
    throw new S3Error('MetadataTooLarge', {
      message: 'Your metadata headers exceed the maximum allowed metadata size',
      elements: { Size: sizeBytes, MaxSizeAllowed: META_BYTES_MAX },
    });
  }
  return Object.fromEntries(found.map(([name, value]) => [name.slice(META.length), value]));
}
