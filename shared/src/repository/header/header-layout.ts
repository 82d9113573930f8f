/** The bytes of header/<n>. docs/repository-format.md, "Header". */
import { AppError } from '../../errors/app-error.ts';
import { concatBytes, equalBytes, fromUtf8, toHex, utf8 } from '../bytes.ts';
import { damaged } from '../damaged.ts';
import { encodeJson } from '../json.ts';
import type { Compute } from '../ports.ts';
import { isCount, isObject } from '../shape.ts';
import { isCurrentEpoch, isOlderEpochs } from './header-shape.ts';
import { type PasswordKdf, verifyKdf } from './password-key.ts';

interface AnySlot {
  /** 8 random bytes, hex. */
  readonly id: string;
  /** What an administrator calls it. */
  readonly label: string;
}

export interface OpenSlot extends AnySlot {
  readonly type: 'open';
  readonly rootKey: string;
}

export interface PasswordSlot extends AnySlot {
  readonly type: 'password';
  readonly nonce: string;
  readonly wrapped: string;
}

export interface KmsSlot extends AnySlot {
  readonly type: 'kms';
  /** What the key service calls the key that wraps. */
  readonly keyId: string;
  readonly wrapped: string;
}

/** One way to the root key of the current key epoch. */
export type Slot = OpenSlot | PasswordSlot | KmsSlot;

interface AnyEpoch {
  readonly epoch: number;
  /** Its root key lay open in the header, at any time. */
  readonly open: boolean;
  /** Tells whether a root key is the right one. */
  readonly check: string;
}

export interface CurrentEpoch extends AnyEpoch {
  /** Of all its password slots, also of those to come. */
  readonly kdf: PasswordKdf;
  readonly slots: readonly Slot[];
  /** Ids of slots that were its own once: whoever adds one of them is late. */
  readonly removed: readonly string[];
}

/** Its root key is sealed under that of the next epoch. */
export interface OlderEpoch extends AnyEpoch {
  readonly nonce: string;
  readonly wrapped: string;
}

export interface RepositoryHeader {
  readonly repositoryId: string;
  /** Oldest first. */
  readonly older: readonly OlderEpoch[];
  /** Under which everything is written. */
  readonly current: CurrentEpoch;
}

/** A lower header, after a higher one was put. */
export interface SupersededHeader {
  readonly repositoryId: string;
  readonly supersededBy: number;
}

const formatVersion = 1;

export function encodeHeader(compute: Compute, header: RepositoryHeader): Promise<Uint8Array> {
  const { repositoryId, older, current } = header;
  return withDigest(compute, { repositoryId, keyEpochs: [...older, current] });
}

export function encodeSuperseded(compute: Compute, header: SupersededHeader): Promise<Uint8Array> {
  return withDigest(compute, header);
}

async function withDigest(compute: Compute, members: object): Promise<Uint8Array> {
  const json = encodeJson({ format: formatVersion, ...members });
  return concatBytes([json, utf8(`\n${toHex(await compute.sha256([json]))}`)]);
}

/** After the digest was compared. E_REPOSITORY_DAMAGED; E_REPOSITORY_UNSUPPORTED for another format. */
export async function decodeHeader(
  bytes: Uint8Array,
  compute: Compute,
): Promise<RepositoryHeader | SupersededHeader> {
  const lineEnd = bytes.indexOf(0x0a);
  const line = bytes.subarray(0, Math.max(lineEnd, 0));
  const digest = toHex(await compute.sha256([line]));
  const isWhole = lineEnd > 0 && equalBytes(bytes.subarray(lineEnd + 1), utf8(digest));
  if (!isWhole) throw damaged('the header of the repository does not match its digest');
  return parse(line);
}

/** decodeHeader of the one that counts. E_REPOSITORY_DAMAGED when a higher one should be there. */
export async function verifyHeader(bytes: Uint8Array, compute: Compute): Promise<RepositoryHeader> {
  const header = await decodeHeader(bytes, compute);
  if (!isSuperseded(header)) return header;
  throw damaged(`the header gave way to header/${header.supersededBy}, which is not there`);
}

export function isSuperseded(
  header: RepositoryHeader | SupersededHeader,
): header is SupersededHeader {
  return 'supersededBy' in header;
}

interface HeaderJson {
  readonly format: number;
  readonly repositoryId: string;
  readonly supersededBy: number;
  readonly keyEpochs: unknown;
}

function parse(line: Uint8Array): RepositoryHeader | SupersededHeader {
  const { format, repositoryId, supersededBy, keyEpochs } = parseJson(line);
  if (typeof format !== 'number' || typeof repositoryId !== 'string') throw incomplete();
  if (format !== formatVersion) {
    throw new AppError('E_REPOSITORY_UNSUPPORTED', `the repository has format ${format}`, {
      context: { format },
    });
  }
  if (isCount(supersededBy)) return { repositoryId, supersededBy };
  if (!Array.isArray(keyEpochs)) throw incomplete();
  const epochs: readonly unknown[] = keyEpochs;
  const current = epochs.at(-1);
  const older = epochs.slice(0, -1);
  if (!isCurrentEpoch(current) || !isOlderEpochs(older)) throw incomplete();
  verifyKdf(current.kdf);
  return { repositoryId, older, current };
}

function parseJson(line: Uint8Array): Partial<HeaderJson> {
  try {
    const parsed: unknown = JSON.parse(fromUtf8(line));
    if (isObject(parsed)) return parsed;
  } catch (error) {
    throw damaged('the header of the repository is not JSON', {}, error);
  }
  throw damaged('the header of the repository is not a JSON object');
}

function incomplete() {
  return damaged('the header of the repository is incomplete');
}
