import { StoredBody } from '../bodies/stored-body.ts';
import {
  type BodyPromises,
  type CheckedBody,
  readChecked,
  readPromises,
} from '../checksum/body-checks.ts';
import type { ChecksumAlgorithm } from '../checksum/checksum-algorithm.ts';
import { S3Error } from '../domain/s3-error.ts';
import type { S3Call } from './s3-call.ts';
import type { S3World } from './s3-world.ts';

const PUT_BYTES_MAX = 5 * 1024 ** 3;
const DOCUMENT_BYTES_MAX = 8 * 1024 ** 2;

/** A body that was read, verified and stored. */
export interface ReceivedBody {
  readonly body: StoredBody;
  readonly checked: CheckedBody;
  readonly etag: string;
}

/** Stores the body of a call; on any mismatch nothing of it stays. */
export async function receiveBody(
  world: S3World,
  call: Pick<S3Call, 'body'>,
  { promises, wanted }: { promises: BodyPromises; wanted?: ChecksumAlgorithm | undefined },
): Promise<ReceivedBody> {
  const { sizeBytes } = call.body;
  if (sizeBytes > PUT_BYTES_MAX) throw tooLarge(sizeBytes, PUT_BYTES_MAX);
  const writer = await world.bodies.create();
  try {
    const checked = await readChecked(call.body, promises, {
      keep: (piece) => writer.write(piece),
      ...(wanted === undefined ? {} : { wanted }),
    });
    const body = new StoredBody(world.bodies, [await writer.finish()]);
    return { body, checked, etag: makeEtag(world, checked.md5) };
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/**
 * Reads a document of at most 8 MiB, checked against what its headers promise; with
 * `checksumIsOfObject` only against Content-MD5.
 */
export async function receiveDocument(
  call: S3Call,
  { checksumIsOfObject = false } = {},
): Promise<string> {
  const { sizeBytes } = call.body;
  if (sizeBytes > DOCUMENT_BYTES_MAX) throw tooLarge(sizeBytes, DOCUMENT_BYTES_MAX);
  const pieces: Uint8Array[] = [];
  const { contentMd5, ...checksum } = readPromises(call.headers, call.body);
  const promises = {
    ...(contentMd5 === undefined ? {} : { contentMd5 }),
    ...(checksumIsOfObject ? {} : checksum),
  };
  await readChecked(call.body, promises, {
    keep: async (piece) => void pieces.push(piece),
  });
  return Buffer.concat(pieces).toString('utf8');
}

export function makeEtag({ opaqueEtags, ids }: S3World, md5: string): string {
  return opaqueEtags ? ids.uuid().replaceAll('-', '') : md5;
}

function tooLarge(proposed: number, max: number): S3Error {
  return new S3Error('EntityTooLarge', {
    message: 'Your proposed upload exceeds the maximum allowed size',
    elements: { ProposedSize: proposed, MaxSizeAllowed: max },
  });
}
