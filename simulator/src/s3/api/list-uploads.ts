import type { MultipartUpload } from '../domain/multipart-upload.ts';
import { invalidArgument, notImplemented } from '../domain/s3-error.ts';
import { compareKeys } from '../domain/sorted-keys.ts';
import { writeXml } from '../xml/xml-writer.ts';
import { checksumElements } from './checksum-headers.ts';
import { readLimit, readPage, shown } from './list-objects.ts';
import { findUpload } from './multipart-operations.ts';
import { type S3Call, type S3Reply, xmlReply } from './s3-call.ts';
import { findBucket, OWNER, type S3World } from './s3-world.ts';

/** ListMultipartUploads: by key, then by age. */
export function listMultipartUploads(call: S3Call, world: S3World): S3Reply {
  const bucket = findBucket(world, call.bucketName);
  const page = readPage(call, 'max-uploads');
  if (page.delimiter !== '') throw notImplemented('Parameter', 'delimiter');
  const keyMarker = call.query.get('key-marker') ?? '';
  const idMarker = call.query.get('upload-id-marker') ?? '';
  const all = [...bucket.uploads.values()]
    .filter(({ key }) => key.startsWith(page.prefix))
    .toSorted(byKeyAndAge);
  const rest = behindMarker(all, keyMarker, idMarker);
  const uploads = rest.slice(0, page.maxKeys);
  const more = rest.length > uploads.length;
  const last = more ? uploads.at(-1) : undefined;
  const { encode } = page;
  return xmlReply(
    writeXml('ListMultipartUploadsResult', {
      Bucket: bucket.name,
      KeyMarker: encode(keyMarker),
      UploadIdMarker: idMarker,
      ...shown({ NextKeyMarker: last?.key, Prefix: page.prefix }, encode),
      NextUploadIdMarker: last?.uploadId,
      EncodingType: call.query.get('encoding-type'),
      MaxUploads: page.maxKeys,
      IsTruncated: more,
      Upload: uploads.map((upload) => ({
        Key: encode(upload.key),
        UploadId: upload.uploadId,
        Initiator: OWNER,
        Owner: OWNER,
        StorageClass: upload.properties.storageClass,
        Initiated: new Date(upload.initiatedMs).toISOString(),
      })),
    }),
  );
}

/** ListParts: by number. */
export function listParts(call: S3Call, world: S3World): S3Reply {
  const { bucket, upload } = findUpload(call, world);
  const max = readLimit(call.query.get('max-parts'), 'max-parts');
  const marker = call.query.get('part-number-marker') ?? '0';
  if (!/^\d{1,5}$/.test(marker)) {
    throw invalidArgument('Not an integer', 'part-number-marker', marker);
  }
  const rest = [...upload.parts.values()]
    .filter(({ partNumber }) => partNumber > Number(marker))
    .toSorted((a, b) => a.partNumber - b.partNumber);
  const parts = rest.slice(0, max);
  const more = rest.length > parts.length;
  return xmlReply(
    writeXml('ListPartsResult', {
      Bucket: bucket.name,
      Key: upload.key,
      UploadId: upload.uploadId,
      Initiator: OWNER,
      Owner: OWNER,
      StorageClass: upload.properties.storageClass,
      PartNumberMarker: marker,
      NextPartNumberMarker: more ? parts.at(-1)?.partNumber : undefined,
      MaxParts: max,
      IsTruncated: more,
      ChecksumAlgorithm: upload.checksum?.algorithm,
      ChecksumType: upload.checksum?.type,
      Part: parts.map(({ partNumber, etag, modifiedMs, body, checksum }) => {
        const { ChecksumType: _type, ...value } = checksumElements(
          checksum && { ...checksum, type: 'FULL_OBJECT' },
        );
        return {
          PartNumber: partNumber,
          LastModified: new Date(modifiedMs).toISOString(),
          ETag: `"${etag}"`,
          Size: body.sizeBytes,
          ...value,
        };
      }),
    }),
  );
}

function byKeyAndAge(a: MultipartUpload, b: MultipartUpload): number {
  return (
    compareKeys(a.key, b.key) ||
    a.initiatedMs - b.initiatedMs ||
    compareKeys(a.uploadId, b.uploadId)
  );
}

/** What is behind the upload of the marker, or behind its key when that upload is gone. */
function behindMarker(
  sorted: readonly MultipartUpload[],
  keyMarker: string,
  idMarker: string,
): readonly MultipartUpload[] {
  const at = sorted.findIndex(({ uploadId }) => uploadId === idMarker);
  if (at >= 0) return sorted.slice(at + 1);
  return sorted.filter(({ key }) => keyMarker === '' || compareKeys(key, keyMarker) > 0);
}
