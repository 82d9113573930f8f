import { createHash } from 'node:crypto';
import { StoredBody } from '../bodies/stored-body.ts';
import {
  CHECKSUM_ALGORITHMS,
  type Checksum,
  type ChecksumAlgorithm,
  checksumHeader,
  joinChecksums,
} from '../checksum/checksum-algorithm.ts';
import type { Bucket } from '../domain/bucket.ts';
import { readWriteCondition, unquote } from '../domain/conditions.ts';
import {
  type ListedPart,
  type MultipartUpload,
  type Part,
  selectParts,
} from '../domain/multipart-upload.ts';
import type { ObjectVersion } from '../domain/object-version.ts';
import { S3Error } from '../domain/s3-error.ts';
import { encodeUri } from '../signing/canonical-request.ts';
import { malformed, readXml, type XmlElement, XmlFields } from '../xml/xml-reader.ts';
import { writeXml } from '../xml/xml-writer.ts';
import { checksumElements } from './checksum-headers.ts';
import { dropUpload, findUpload } from './multipart-operations.ts';
import { makeEtag, receiveDocument } from './receive-body.ts';
import { billedAs, type S3Call, type S3Reply, xmlReply } from './s3-call.ts';
import { commitVersion, newVersionId, type S3World, versionHeaders } from './s3-world.ts';

/** CompleteMultipartUpload. A conflict (409) ends the upload: its parts must be sent again. */
export async function completeMultipartUpload(call: S3Call, world: S3World): Promise<S3Reply> {
  const { bucket } = findUpload(call, world);
  const condition = readWriteCondition(call.headers);
  const watch = condition && bucket.watch(call.key, condition);
  try {
    const listed = readParts(await receiveDocument(call, { checksumIsOfObject: true }));
    // it may have been completed or aborted while the list was read
    const { upload } = findUpload(call, world);
    const parts = selectParts(upload, listed);
    const checksum = checkWhole(call, joinedChecksum(upload, parts));
    try {
      if (watch) bucket.settle(watch);
    } catch (error) {
      await dropUpload(bucket, upload);
      throw error;
    }
    const version = await commitUpload({ bucket, upload, world }, parts, checksum);
    const document = writeXml('CompleteMultipartUploadResult', {
      Location: `${call.origin}/${bucket.name}/${encodeUri(version.key, true)}`,
      Bucket: bucket.name,
      Key: version.key,
      ETag: `"${version.etag}"`,
      ...checksumElements(version.checksum),
    });
    const encrypted = { 'x-amz-server-side-encryption': 'AES256' };
    const reply = xmlReply(document, { ...encrypted, ...versionHeaders(bucket, version) });
    return billedAs(version.properties.storageClass, reply);
  } finally {
    if (watch) bucket.unwatch(watch);
  }
}

async function commitUpload(
  { bucket, upload, world }: { bucket: Bucket; upload: MultipartUpload; world: S3World },
  parts: readonly Part[],
  checksum: Checksum | undefined,
): Promise<ObjectVersion> {
  const bodies = parts.map(({ body }) => body);
  const version: ObjectVersion = {
    kind: 'object',
    key: upload.key,
    versionId: newVersionId(world, bucket),
    modifiedMs: world.clock.nowMs(),
    etag: `${makeEtag(world, joinedMd5(parts))}-${parts.length}`,
    body: StoredBody.join(world.bodies, bodies),
    properties: upload.properties,
    checksum,
    retention: upload.retention,
    legalHold: upload.legalHold,
    restorations: [],
  };
  for (const { partNumber } of parts) upload.parts.delete(partNumber);
  bucket.uploads.delete(upload.uploadId);
  await commitVersion(world, bucket, version);
  // parts that the client did not list
  await dropUpload(bucket, upload);
  return version;
}

/** With opaque ETags the parts' are no MD5 sums either, and what this makes of them is opaque. */
function joinedMd5(parts: readonly Part[]): string {
  const whole = createHash('md5');
  for (const { etag } of parts) whole.update(Buffer.from(etag, 'hex'));
  return whole.digest('hex');
}

function joinedChecksum(upload: MultipartUpload, parts: readonly Part[]): Checksum | undefined {
  if (!upload.checksum) return undefined;
  return joinChecksums(
    upload.checksum,
    parts.map(({ checksum, body }) => ({
      value: checksum?.value ?? '',
      sizeBytes: body.sizeBytes,
    })),
  );
}

/** A checksum header of this request is that of the whole object. */
function checkWhole({ headers }: S3Call, joined: Checksum | undefined): Checksum | undefined {
  const type = headers.get('x-amz-checksum-type');
  if (type !== undefined && type !== joined?.type) {
    throw new S3Error(
      'InvalidRequest',
      `The upload was created using the ${joined?.type ?? 'default'} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const given = headers.get(checksumHeader(algorithm));
    if (given === undefined) continue;
    if (joined?.algorithm !== algorithm || joined.value !== given) {
      throw new S3Error(
        'BadDigest',
        `The ${algorithm.toLowerCase()} you specified did not match the calculated checksum.`,
      );
    }
  }
  return joined;
}

function readParts(document: string): readonly ListedPart[] {
  const root = new XmlFields(readXml(document, 'CompleteMultipartUpload'), ['Part']);
  const parts = root.all('Part').map(readPart);
  if (parts.length === 0) throw malformed();
  return parts;
}

function readPart(element: XmlElement): ListedPart {
  const checksumNames = CHECKSUM_ALGORITHMS.map((algorithm) => `Checksum${algorithm}`);
  const fields = new XmlFields(element, ['PartNumber', 'ETag', ...checksumNames]);
  const number = fields.requiredText('PartNumber');
  if (!/^\d{1,5}$/.test(number)) throw malformed();
  const checksums: Partial<Record<ChecksumAlgorithm, string>> = {};
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = fields.text(`Checksum${algorithm}`);
    if (value !== undefined) checksums[algorithm] = value;
  }
  return { partNumber: Number(number), etag: unquote(fields.requiredText('ETag')), checksums };
}
