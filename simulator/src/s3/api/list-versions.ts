import type { Bucket } from '../domain/bucket.ts';
import { commonPrefix, type ListingEntry, listKeys } from '../domain/listing.ts';
import type { AnyVersion } from '../domain/object-version.ts';
import { invalidArgument } from '../domain/s3-error.ts';
import { writeXml, type XmlValue } from '../xml/xml-writer.ts';
import { checkVersionId } from './find-version.ts';
import { type ListPage, readPage, shown } from './list-objects.ts';
import { type OptionalAttributes, readOptionalAttributes } from './optional-attributes.ts';
import { type S3Call, type S3Reply, xmlReply } from './s3-call.ts';
import { findBucket, OWNER, type S3World } from './s3-world.ts';

type VersionEntry = { readonly version: AnyVersion } | { readonly prefix: string };

interface VersionPage {
  readonly entries: readonly VersionEntry[];
  readonly next: { readonly key: string; readonly versionId?: string } | undefined;
}

/** ListObjectVersions: keys in order, versions of a key from the newest to the oldest. */
export function listObjectVersions(call: S3Call, world: S3World): S3Reply {
  const bucket = findBucket(world, call.bucketName);
  const page = readPage(call);
  const keyMarker = call.query.get('key-marker') ?? '';
  const versionMarker = call.query.get('version-id-marker');
  if (versionMarker !== undefined && keyMarker === '') {
    throw invalidArgument(
      'A version-id marker cannot be specified without a key marker.',
      'version-id-marker',
      versionMarker,
    );
  }
  const { entries, next } = collect(bucket, page, { keyMarker, versionMarker });
  const { encode } = page;
  return xmlReply(
    writeXml('ListVersionsResult', {
      Name: bucket.name,
      Prefix: encode(page.prefix),
      KeyMarker: encode(keyMarker),
      VersionIdMarker: versionMarker ?? '',
      ...shown({ NextKeyMarker: next?.key, Delimiter: page.delimiter }, encode),
      NextVersionIdMarker: next?.versionId,
      MaxKeys: page.maxKeys,
      EncodingType: call.query.get('encoding-type'),
      IsTruncated: next !== undefined,
      ...describe(bucket, entries, { encode, attributes: readOptionalAttributes(call) }),
    }),
  );
}

function collect(
  bucket: Bucket,
  page: ListPage,
  { keyMarker, versionMarker }: { keyMarker: string; versionMarker: string | undefined },
): VersionPage {
  const entries: VersionEntry[] = [];
  let last: VersionPage['next'];
  for (const entry of walk(bucket, page, { keyMarker, versionMarker })) {
    if (entries.length >= page.maxKeys) return { entries, next: last };
    entries.push(entry);
    last =
      'prefix' in entry
        ? { key: entry.prefix }
        : { key: entry.version.key, versionId: entry.version.versionId };
  }
  return { entries, next: undefined };
}

function* walk(
  bucket: Bucket,
  page: ListPage,
  { keyMarker, versionMarker }: { keyMarker: string; versionMarker: string | undefined },
): Generator<VersionEntry> {
  const isShown = keyMarker.startsWith(page.prefix) && commonPrefix(keyMarker, page) === undefined;
  if (versionMarker !== undefined && isShown) {
    yield* asEntries(versionsAfter(bucket, keyMarker, versionMarker));
  }
  // one key more than a page can hold: whether there is more is seen by going on
  const limit = page.maxKeys + 1;
  const query = { ...page, after: keyMarker, maxKeys: limit };
  const { entries } = listKeys(bucket.keys, query, () => true);
  for (const entry of entries) yield* expand(bucket, entry);
}

function* expand(bucket: Bucket, entry: ListingEntry): Generator<VersionEntry> {
  if ('prefix' in entry) yield entry;
  else yield* asEntries(bucket.versionsOf(entry.key));
}

function* asEntries(versions: readonly AnyVersion[]): Generator<VersionEntry> {
  for (const version of versions) yield { version };
}

function versionsAfter(bucket: Bucket, key: string, versionId: string): readonly AnyVersion[] {
  const marker = checkVersionId(versionId);
  const versions = bucket.versionsOf(key);
  const at = versions.findIndex((version) => version.versionId === marker);
  // the marker itself may be gone by now: then its key is listed again from the newest
  return versions.slice(at + 1);
}

function describe(
  bucket: Bucket,
  entries: readonly VersionEntry[],
  { encode, attributes }: { encode: (text: string) => string; attributes: OptionalAttributes },
): Record<string, XmlValue> {
  const versions = entries.flatMap((entry) => ('version' in entry ? [entry.version] : []));
  return {
    Version: versions.flatMap((version) =>
      version.kind === 'object'
        ? [
            {
              ...shared(bucket, version, encode),
              ETag: `"${version.etag}"`,
              Size: version.body.sizeBytes,
              StorageClass: version.properties.storageClass,
              ...attributes(version),
            },
          ]
        : [],
    ),
    DeleteMarker: versions.flatMap((version) =>
      version.kind === 'marker' ? [shared(bucket, version, encode)] : [],
    ),
    CommonPrefixes: entries.flatMap((entry) =>
      'prefix' in entry ? [{ Prefix: encode(entry.prefix) }] : [],
    ),
  };
}

function shared(
  bucket: Bucket,
  version: AnyVersion,
  encode: (text: string) => string,
): Record<string, XmlValue> {
  return {
    Key: encode(version.key),
    VersionId: version.versionId,
    IsLatest: bucket.versionsOf(version.key)[0] === version,
    LastModified: new Date(version.modifiedMs).toISOString(),
    Owner: OWNER,
  };
}
