import { createHash } from 'node:crypto';
import { invalidArgument, S3Error } from '../domain/s3-error.ts';
import type { VerifiedBody } from '../signing/request-body.ts';
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumAlgorithm,
  checksumHeader,
  isChecksumValue,
  startChecksum,
} from './checksum-algorithm.ts';

/** What was read of a body. */
export interface CheckedBody {
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly md5: string;
  /** What the client gave and what fits, or what was asked for; base64. */
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string };
}

/** What a client promises about the bytes of a body. */
export interface BodyPromises {
  /** Base64. */
  readonly contentMd5?: string;
  readonly algorithm?: ChecksumAlgorithm;
  /** Base64; absent: it is in the trailer. */
  readonly value?: string;
}

/** Reads `Content-MD5` and the checksum headers, at most one of them, or an announced trailer. */
export function readPromises(
  headers: ReadonlyMap<string, string>,
  body: Pick<VerifiedBody, 'trailerNames'>,
): BodyPromises {
  const contentMd5 = headers.get('content-md5');
  if (contentMd5 !== undefined && !isMd5(contentMd5)) {
    throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  }
  const given = CHECKSUM_ALGORITHMS.filter((one) => headers.has(checksumHeader(one)));
  const announced = body.trailerNames.map(trailerAlgorithm);
  const [algorithm, ...more] = [...given, ...announced];
  if (more.length > 0) {
    throw new S3Error(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  checkSdkAlgorithm(headers.get('x-amz-sdk-checksum-algorithm'), algorithm);
  const value = algorithm && headers.get(checksumHeader(algorithm));
  if (algorithm && value !== undefined && !isChecksumValue(algorithm, value)) {
    throw invalidChecksum(algorithm);
  }
  return {
    ...(contentMd5 === undefined ? {} : { contentMd5 }),
    ...(algorithm === undefined ? {} : { algorithm }),
    ...(value === undefined ? {} : { value }),
  };
}

/** Whether the client gave what S3 wants with locked objects and with DeleteObjects. */
export function promisesIntegrity({ contentMd5, algorithm }: BodyPromises): boolean {
  return contentMd5 !== undefined || algorithm !== undefined;
}

/**
 * Passes a body on to `keep`, and checks it against the promises. `wanted`: computed without a
 * promise too.
 */
export async function readChecked(
  body: VerifiedBody,
  promises: BodyPromises,
  { keep, wanted }: { keep: (piece: Uint8Array) => Promise<void>; wanted?: ChecksumAlgorithm },
): Promise<CheckedBody> {
  const md5 = createHash('md5');
  const algorithm = promises.algorithm ?? wanted;
  const running = algorithm && startChecksum(algorithm);
  let sizeBytes = 0;
  for await (const piece of body.stream()) {
    md5.update(piece);
    running?.update(piece);
    sizeBytes += piece.byteLength;
    await keep(piece);
  }
  const digest = md5.digest();
  if (promises.contentMd5 !== undefined && promises.contentMd5 !== digest.toString('base64')) {
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  const checked = { sizeBytes, md5: digest.toString('hex') };
  if (!running) return checked;
  const value = running.finish();
  if (promises.algorithm) checkValue(promises.algorithm, value, promises.value ?? body);
  return { ...checked, checksum: { algorithm: running.algorithm, value } };
}

function checkValue(
  algorithm: ChecksumAlgorithm,
  computed: string,
  promised: string | VerifiedBody,
): void {
  const value =
    typeof promised === 'string' ? promised : promised.trailer.get(checksumHeader(algorithm));
  if (value === undefined || !isChecksumValue(algorithm, value)) throw invalidChecksum(algorithm);
  if (value === computed) return;
  throw new S3Error(
    'BadDigest',
    `The ${algorithm} you specified did not match the calculated checksum.`,
  );
}

function checkSdkAlgorithm(
  named: string | undefined,
  algorithm: ChecksumAlgorithm | undefined,
): void {
  if (named === undefined || checksumAlgorithm(named) === algorithm) return;
  throw new S3Error(
    'InvalidRequest',
    'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
  );
}

function trailerAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = CHECKSUM_ALGORITHMS.find((one) => checksumHeader(one) === name);
  if (algorithm) return algorithm;
  throw invalidArgument('The trailer is not one of the checksum headers.', 'x-amz-trailer', name);
}

function invalidChecksum(algorithm: ChecksumAlgorithm): S3Error {
  return new S3Error('InvalidRequest', `Value for ${checksumHeader(algorithm)} header is invalid.`);
}

function isMd5(text: string): boolean {
  const bytes = Buffer.from(text, 'base64');
  return bytes.byteLength === 16 && bytes.toString('base64') === text;
}
