import type { StoredBody } from '../bodies/stored-body.ts';
import type { ChecksumAlgorithm, ChecksumType } from '../checksum/checksum-algorithm.ts';
import type { Retention } from './object-lock.ts';
import type { ObjectProperties } from './object-version.ts';
import { S3Error } from './s3-error.ts';

export const PART_BYTES_MIN = 5 * 1024 * 1024;
export const PART_NUMBER_MAX = 10_000;

/** A part that was uploaded. */
export interface Part {
  readonly partNumber: number;
  readonly etag: string;
  readonly modifiedMs: number;
  readonly body: StoredBody;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
}

/** An upload in parts that is neither completed nor aborted. */
export interface MultipartUpload {
  readonly uploadId: string;
  readonly key: string;
  readonly initiatedMs: number;
  readonly properties: ObjectProperties;
  readonly checksum:
    | { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType }
    | undefined;
  readonly retention: Retention | undefined;
  readonly legalHold: boolean;
  readonly parts: Map<number, Part>;
}

/** A part as the client lists it to complete an upload. */
export interface ListedPart {
  readonly partNumber: number;
  readonly etag: string;
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
}

/** The parts of the list, checked against what was uploaded, in their order. */
export function selectParts(
  upload: MultipartUpload,
  listed: readonly ListedPart[],
): readonly Part[] {
  const parts = listed.map((one, i) => {
    if (i > 0 && one.partNumber <= (listed[i - 1]?.partNumber ?? 0)) {
      throw new S3Error(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
      );
    }
    return selectPart(upload, one);
  });
  for (const part of parts.slice(0, -1)) checkPartSize(part);
  return parts;
}

function selectPart(upload: MultipartUpload, listed: ListedPart): Part {
  const part = upload.parts.get(listed.partNumber);
  const fits =
    part !== undefined &&
    part.etag === listed.etag &&
    Object.entries(listed.checksums).every(
      ([algorithm, value]) =>
        part.checksum?.algorithm === algorithm && part.checksum.value === value,
    );
  if (!fits) {
    throw new S3Error('InvalidPart', {
      message:
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      elements: { UploadId: upload.uploadId, PartNumber: listed.partNumber, ETag: listed.etag },
    });
  }
  const { checksum } = upload;
  if (checksum?.type === 'COMPOSITE' && listed.checksums[checksum.algorithm] === undefined) {
    throw new S3Error(
      'InvalidRequest',
      `The upload was created using a ${checksum.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${listed.partNumber} in the request.`,
    );
  }
  return part;
}

function checkPartSize({ partNumber, etag, body }: Part): void {
  if (body.sizeBytes >= PART_BYTES_MIN) return;
  throw new S3Error('EntityTooSmall', {
    message: 'Your proposed upload is smaller than the minimum allowed size',
    elements: {
      ProposedSize: body.sizeBytes,
      MinSizeAllowed: PART_BYTES_MIN,
      PartNumber: partNumber,
      ETag: etag,
    },
  });
}
