/** header/<n>: who can open the repository. docs/repository-format.md, "Header". */
import { AppError, isAppError } from '../../errors/app-error.ts';
import { concatBytes, equalBytes, fromHex, fromUtf8, toHex, utf8 } from '../bytes.ts';
import { damaged } from '../damaged.ts';
import { encodeJson } from '../json.ts';
import type { Argon2Cost, BlobStore, Compute, Entropy } from '../ports.ts';

export interface CreateHeader {
  readonly repositoryId: string;
  /** Undefined: not encrypted, the root key lies open in the header. */
  readonly password: string | undefined;
  readonly entropy: Entropy;
  readonly compute: Compute;
}

export interface CreatedHeader {
  /** The bytes of header/0. */
  readonly header: Uint8Array;
  /** 32 bytes. */
  readonly rootKey: Uint8Array;
}

interface OpenSlot {
  readonly type: 'open';
  readonly rootKey: string;
}

interface PasswordSlot extends Argon2Cost {
  readonly type: 'password';
  readonly kdf: 'argon2id';
  readonly salt: string;
  readonly nonce: string;
  readonly wrapped: string;
}

interface KeyEpoch {
  readonly epoch: number;
  readonly slots: readonly (OpenSlot | PasswordSlot)[];
}

export interface RepositoryHeader {
  readonly format: number;
  readonly repositoryId: string;
  /** Oldest first; the last one is used for writing. */
  readonly keyEpochs: readonly KeyEpoch[];
}

const formatVersion = 1;
const headerPrefix = 'header/';
const rootKeyBytes = 32;
/** RFC 9106, section 4, second recommended option, with one lane. */
const passwordCost: Argon2Cost = { memoryKiB: 64 * 1024, passes: 3, parallelism: 1 };

export async function createHeader(options: CreateHeader): Promise<CreatedHeader> {
  const { repositoryId, password, entropy } = options;
  const rootKey = entropy.randomBytes(rootKeyBytes);
  const slot =
    password === undefined
      ? ({ type: 'open', rootKey: toHex(rootKey) } as const)
      : await wrap(options, password, rootKey);
  const keyEpochs = [{ epoch: 1, slots: [slot] }];
  const json = encodeJson({ format: formatVersion, repositoryId, keyEpochs });
  const digest = toHex(await options.compute.sha256([json]));
  return { header: concatBytes([json, utf8(`\n${digest}`)]), rootKey };
}

/**
 * The root key of the newest key epoch.
 * E_REPOSITORY_PASSWORD_WRONG, also when a password is needed and none is given.
 */
export async function unlockHeader(
  header: Uint8Array,
  password: string | undefined,
  compute: Compute,
): Promise<Uint8Array> {
  const { repositoryId, keyEpochs } = await verifyHeader(header, compute);
  for (const slot of keyEpochs.at(-1)?.slots ?? []) {
    if (slot.type === 'open') return fromHex(slot.rootKey);
    const rootKey =
      password === undefined ? undefined : await unwrap(compute, { slot, password, repositoryId });
    if (rootKey !== undefined) return rootKey;
  }
  throw new AppError(
    'E_REPOSITORY_PASSWORD_WRONG',
    `the password does not open repository ${repositoryId}`,
    { context: { repositoryId } },
  );
}

/** parseHeader, after the digest was compared. */
export async function verifyHeader(bytes: Uint8Array, compute: Compute): Promise<RepositoryHeader> {
  const lineEnd = bytes.indexOf(0x0a);
  const digest = toHex(await compute.sha256([bytes.subarray(0, Math.max(lineEnd, 0))]));
  const isWhole = lineEnd > 0 && equalBytes(bytes.subarray(lineEnd + 1), utf8(digest));
  if (!isWhole) throw damaged('the header of the repository does not match its digest');
  return parseHeader(bytes);
}

/** E_REPOSITORY_DAMAGED; E_REPOSITORY_UNSUPPORTED for a newer format. */
export function parseHeader(bytes: Uint8Array): RepositoryHeader {
  const header = parse(bytes);
  const { format, repositoryId, keyEpochs } = header;
  if (typeof format !== 'number' || typeof repositoryId !== 'string' || !Array.isArray(keyEpochs)) {
    throw damaged('the header of the repository is incomplete');
  }
  if (format !== formatVersion) {
    throw new AppError('E_REPOSITORY_UNSUPPORTED', `the repository has format ${format}`, {
      context: { format },
    });
  }
  return { format, repositoryId, keyEpochs };
}

/** Success also when exactly this header lies there; else E_REPOSITORY_EXISTS. */
export async function initializeRepository(store: BlobStore, header: Uint8Array): Promise<void> {
  const { repositoryId } = parseHeader(header);
  try {
    await store.put(headerName(0), header, { ifAbsent: true });
  } catch (error) {
    const isThere = isAppError(error, 'E_BLOB_EXISTS') || isAppError(error, 'E_STORAGE_UNCLEAR');
    if (!isThere) throw error;
    if (equalBytes((await store.get(headerName(0))).bytes, header)) return;
    throw new AppError(
      'E_REPOSITORY_EXISTS',
      `a repository other than ${repositoryId} lies at this place`,
      { context: { repositoryId } },
    );
  }
}

/** The newest header's bytes; E_REPOSITORY_NOT_FOUND. */
export async function readHeader(store: BlobStore): Promise<Uint8Array> {
  let newest = -1;
  for await (const { name } of store.list(headerPrefix)) {
    const n = Number(name.slice(headerPrefix.length));
    if (Number.isInteger(n)) newest = Math.max(newest, n);
  }
  // A listing may lag behind; header/0 of a fresh repository is asked for by name.
  const name = headerName(Math.max(newest, 0));
  try {
    return (await store.get(name)).bytes;
  } catch (error) {
    if (!isAppError(error, 'E_BLOB_NOT_FOUND')) throw error;
    throw new AppError('E_REPOSITORY_NOT_FOUND', `there is no ${name}`, { cause: error });
  }
}

function headerName(n: number): string {
  return `${headerPrefix}${n}`;
}

function parse(bytes: Uint8Array): Partial<RepositoryHeader> {
  try {
    const [line = ''] = fromUtf8(bytes).split('\n');
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  } catch (error) {
    throw damaged('the header of the repository is not JSON', {}, error);
  }
  throw damaged('the header of the repository is not a JSON object');
}

async function wrap(
  { compute, entropy, repositoryId }: CreateHeader,
  password: string,
  rootKey: Uint8Array,
): Promise<PasswordSlot> {
  const salt = entropy.randomBytes(16);
  const nonce = entropy.randomBytes(12);
  const key = await compute.argon2id(passwordBytes(password), salt, passwordCost);
  const wrapped = await compute.seal(key, nonce, rootKey, associated(repositoryId));
  return {
    type: 'password',
    kdf: 'argon2id',
    ...passwordCost,
    salt: toHex(salt),
    nonce: toHex(nonce),
    wrapped: toHex(wrapped),
  };
}

async function unwrap(
  compute: Compute,
  options: {
    readonly slot: PasswordSlot;
    readonly password: string;
    readonly repositoryId: string;
  },
): Promise<Uint8Array | undefined> {
  const { slot, password, repositoryId } = options;
  const { memoryKiB, passes, parallelism } = slot;
  const cost = { memoryKiB, passes, parallelism };
  const key = await compute.argon2id(passwordBytes(password), fromHex(slot.salt), cost);
  const nonce = fromHex(slot.nonce);
  try {
    return await compute.open(key, nonce, fromHex(slot.wrapped), associated(repositoryId));
  } catch (error) {
    if (isAppError(error, 'E_REPOSITORY_DAMAGED')) return undefined;
    throw error;
  }
}

function passwordBytes(password: string): Uint8Array {
  return utf8(password.normalize('NFC'));
}

function associated(repositoryId: string): Uint8Array {
  return utf8(`firn/1 root key ${repositoryId}`);
}
