import type { Bucket } from '../domain/bucket.ts';
import { type Listing, listKeys } from '../domain/listing.ts';
import { invalidArgument } from '../domain/s3-error.ts';
import { encodeUri } from '../signing/canonical-request.ts';
import { writeXml, type XmlValue } from '../xml/xml-writer.ts';
import { type OptionalAttributes, readOptionalAttributes } from './optional-attributes.ts';
import { type S3Call, type S3Reply, xmlReply } from './s3-call.ts';
import { findBucket, OWNER, type S3World } from './s3-world.ts';

const MAX_KEYS = 1000;

type Encode = (text: string) => string;

/** ListObjectsV2. */
export function listObjectsV2(call: S3Call, world: S3World): S3Reply {
  const bucket = findBucket(world, call.bucketName);
  const token = call.query.get('continuation-token');
  const startAfter = call.query.get('start-after');
  const after = token === undefined ? (startAfter ?? '') : openToken(world, call, token);
  const page = readPage(call);
  const listing = listCurrent(bucket, { ...page, after });
  const attributes = readOptionalAttributes(call);
  const { encode } = page;
  const withOwner = call.query.get('fetch-owner') === 'true';
  return xmlReply(
    writeXml('ListBucketResult', {
      Name: bucket.name,
      Prefix: encode(page.prefix),
      ...shown({ Delimiter: page.delimiter, StartAfter: startAfter }, encode),
      ContinuationToken: token,
      NextContinuationToken: listing.next && sealToken(world, call, listing.next),
      KeyCount: listing.entries.length,
      MaxKeys: page.maxKeys,
      EncodingType: call.query.get('encoding-type'),
      IsTruncated: listing.next !== undefined,
      ...describe(bucket, listing, { encode, withOwner, attributes }),
    }),
  );
}

/** ListObjects, the first version. */
export function listObjects(call: S3Call, world: S3World): S3Reply {
  const bucket = findBucket(world, call.bucketName);
  const page = readPage(call);
  const marker = call.query.get('marker') ?? '';
  const listing = listCurrent(bucket, { ...page, after: marker });
  const { encode } = page;
  return xmlReply(
    writeXml('ListBucketResult', {
      Name: bucket.name,
      Prefix: encode(page.prefix),
      Marker: encode(marker),
      NextMarker:
        page.delimiter === '' || listing.next === undefined ? undefined : encode(listing.next),
      ...shown({ Delimiter: page.delimiter }, encode),
      MaxKeys: page.maxKeys,
      EncodingType: call.query.get('encoding-type'),
      IsTruncated: listing.next !== undefined,
      ...describe(bucket, listing, {
        encode,
        withOwner: true,
        attributes: readOptionalAttributes(call),
      }),
    }),
  );
}

/** What all listings take. */
export interface ListPage {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  /** Of keys in the answer, by `encoding-type`. */
  readonly encode: Encode;
}

export function readPage(call: S3Call, limit = 'max-keys'): ListPage {
  const encoding = call.query.get('encoding-type');
  if (encoding !== undefined && encoding !== 'url') {
    throw invalidArgument(
      'Invalid Encoding Method specified in Request',
      'encoding-type',
      encoding,
    );
  }
  return {
    prefix: call.query.get('prefix') ?? '',
    delimiter: call.query.get('delimiter') ?? '',
    maxKeys: readLimit(call.query.get(limit), limit),
    encode: encoding === 'url' ? urlEncode : (text) => text,
  };
}

export function readLimit(text: string | undefined, name: string): number {
  if (text === undefined) return MAX_KEYS;
  if (/^\d{1,10}$/.test(text)) return Math.min(MAX_KEYS, Number(text));
  throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, text);
}

/** Values that were given, encoded. */
export function shown(
  values: Readonly<Record<string, string | undefined>>,
  encode: Encode,
): Record<string, XmlValue> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(given.map(([name, value]) => [name, encode(value ?? '')]));
}

function listCurrent(bucket: Bucket, query: ListPage & { readonly after: string }): Listing {
  return listKeys(bucket.keys, query, (key) => bucket.current(key) !== undefined);
}

function describe(
  bucket: Bucket,
  { entries }: Listing,
  {
    encode,
    withOwner,
    attributes,
  }: { encode: Encode; withOwner: boolean; attributes: OptionalAttributes },
): Record<string, XmlValue> {
  const Contents = entries.flatMap((entry) => {
    const version = 'key' in entry ? bucket.current(entry.key) : undefined;
    if (!version) return [];
    return [
      {
        Key: encode(version.key),
        LastModified: new Date(version.modifiedMs).toISOString(),
        ETag: `"${version.etag}"`,
        ...(version.checksum
          ? {
              ChecksumAlgorithm: version.checksum.algorithm,
              ChecksumType: version.checksum.type,
            }
          : {}),
        Size: version.body.sizeBytes,
        ...(withOwner ? { Owner: OWNER } : {}),
        StorageClass: version.properties.storageClass,
        ...attributes(version),
      },
    ];
  });
  const CommonPrefixes = entries.flatMap((entry) =>
    'prefix' in entry ? [{ Prefix: encode(entry.prefix) }] : [],
  );
  return { Contents, CommonPrefixes };
}

function urlEncode(text: string): string {
  return encodeUri(text, true).replaceAll('%20', '+');
}

function sealToken({ sealer }: S3World, { bucketName }: S3Call, after: string): string {
  return sealer.seal({ kind: 'list', bucketName, after });
}

function openToken({ sealer }: S3World, { bucketName }: S3Call, token: string): string {
  const opened = sealer.open(token);
  const after = opened?.['after'];
  if (opened?.['bucketName'] === bucketName && typeof after === 'string') return after;
  throw invalidArgument(
    'The continuation token provided is incorrect',
    'continuation-token',
    token,
  );
}
