import { AppError, isAppError } from '../../errors/app-error.ts';
import type { Compute, Entropy } from '../ports.ts';
import { decodeLogEntry } from './decode-entry.ts';
import type { LogEntry } from './entry.ts';
import { checkpointName, logName } from './names.ts';
import { decodeCheckpointState } from './state/decode-state.ts';
import { encodeLogState } from './state/state-json.ts';
import type { LogState } from './state.ts';

/** Between entries and the bytes that are stored. The same bytes are put again, never encoded twice. */
export interface EntryCodec {
  encodeEntry(entry: LogEntry): Promise<Uint8Array>;
  /** Fails with E_REPOSITORY_DAMAGED when the bytes are not an entry of this n. */
  decodeEntry(n: number, stored: Uint8Array): Promise<LogEntry>;
  /** What the next entry carries as previousDigest. */
  digest(stored: Uint8Array): Promise<string>;
  encodeCheckpoint(state: LogState): Promise<Uint8Array>;
  /** undefined: written by another version of the fold. Fails as decodeEntry does. */
  decodeCheckpoint(n: number, stored: Uint8Array): Promise<LogState | undefined>;
}

export interface SealedCodecOptions {
  readonly compute: Compute;
  readonly entropy: Entropy;
  /** Keeps the keys of two repositories with one root key apart. */
  readonly repositoryId: string;
  /** Number of a root key (in the header) → its 32 bytes. Old ones stay readable. */
  readonly rootKeys: ReadonlyMap<number, Uint8Array>;
  /** The number of the root key under which new entries are sealed. */
  readonly rootKeyNumber: number;
}

const formatVersion = 1;
const keyBytes = 32;
const nonceBytes = 12;
const prefixBytes = 5;
const tagBytes = 16;
const entryBytesMax = 64 * 1024 * 1024;
const checkpointBytesMax = 1024 * 1024 * 1024;

type Kind = 'log' | 'checkpoint';

interface SealedObject {
  readonly kind: Kind;
  readonly n: number;
}

/** The codec of docs/repository-log.md, "Bytes": JSON, zstd, AES-256-GCM. */
export class SealedCodec implements EntryCodec {
  readonly #options: SealedCodecOptions;
  readonly #rootKeys: Map<number, Uint8Array>;
  readonly #keys = new Map<string, Promise<Uint8Array>>();
  #rootKeyNumber: number;

  constructor(options: SealedCodecOptions) {
    this.#options = options;
    this.#rootKeys = new Map(options.rootKeys);
    this.#rootKeyNumber = options.rootKeyNumber;
  }

  /** From here on entries are sealed under this root key; those under older ones stay readable. */
  adoptRootKey(number: number, rootKey: Uint8Array): void {
    this.#rootKeys.set(number, rootKey);
    this.#rootKeyNumber = number;
  }

  encodeEntry(entry: LogEntry): Promise<Uint8Array> {
    return this.#seal({ kind: 'log', n: entry.n }, entry);
  }

  async decodeEntry(n: number, stored: Uint8Array): Promise<LogEntry> {
    const object: SealedObject = { kind: 'log', n };
    const json = await this.#open(object, stored, entryBytesMax);
    const entry = await naming(object, () => decodeLogEntry(json));
    if (entry.n !== n) throw damaged(object, `it says that it is entry ${entry.n}`);
    return entry;
  }

  async digest(stored: Uint8Array): Promise<string> {
    return Buffer.from(await this.#options.compute.sha256([stored])).toString('hex');
  }

  encodeCheckpoint(state: LogState): Promise<Uint8Array> {
    return this.#seal({ kind: 'checkpoint', n: state.head }, encodeLogState(state));
  }

  async decodeCheckpoint(n: number, stored: Uint8Array): Promise<LogState | undefined> {
    const object: SealedObject = { kind: 'checkpoint', n };
    const json = await this.#open(object, stored, checkpointBytesMax);
    const state = await naming(object, () => decodeCheckpointState(json));
    if (state === undefined || state.head === n) return state;
    throw damaged(object, `it says that it is of entry ${state.head}`);
  }

  async #seal(object: SealedObject, content: unknown): Promise<Uint8Array> {
    const { compute, entropy } = this.#options;
    const rootKeyNumber = this.#rootKeyNumber;
    const prefix = new Uint8Array(prefixBytes);
    const view = new DataView(prefix.buffer);
    view.setUint8(0, formatVersion);
    view.setUint32(1, rootKeyNumber);
    const nonce = entropy.randomBytes(nonceBytes);
    const plain = await compute.compress(new TextEncoder().encode(JSON.stringify(content)));
    const key = await this.#key(object, rootKeyNumber);
    const sealed = await compute.seal(key, nonce, plain, associatedData(object, prefix));
    return concat([prefix, nonce, sealed]);
  }

  async #open(object: SealedObject, stored: Uint8Array, sizeMax: number): Promise<Uint8Array> {
    const { compute } = this.#options;
    if (stored.length < prefixBytes + nonceBytes + tagBytes) {
      throw damaged(object, `it is only ${stored.length} bytes long`);
    }
    // Storages hand out Buffers: their memory begins anywhere in a larger one.
    const prefix = stored.subarray(0, prefixBytes);
    const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
    const version = view.getUint8(0);
    if (version !== formatVersion) throw damaged(object, `its format version is ${version}`);
    const key = await this.#key(object, view.getUint32(1));
    const nonce = stored.subarray(prefixBytes, prefixBytes + nonceBytes);
    const sealed = stored.subarray(prefixBytes + nonceBytes);
    return naming(object, async () => {
      const opened = await compute.open(key, nonce, sealed, associatedData(object, prefix));
      return compute.decompress(opened, sizeMax);
    });
  }

  #key(object: SealedObject, rootKeyNumber: number): Promise<Uint8Array> {
    const id = `${object.kind}/${rootKeyNumber}`;
    const known = this.#keys.get(id);
    if (known !== undefined) return known;
    const { compute, repositoryId } = this.#options;
    const rootKey = this.#rootKeys.get(rootKeyNumber);
    if (rootKey === undefined) throw damaged(object, `root key ${rootKeyNumber} is unknown`);
    const salt = new TextEncoder().encode(repositoryId);
    const key = compute.hkdf(rootKey, salt, `firn ${object.kind} v1`, keyBytes);
    this.#keys.set(id, key);
    return key;
  }
}

/** The name's kind, the number n, and the bytes before the nonce. */
function associatedData({ kind, n }: SealedObject, prefix: Uint8Array): Uint8Array {
  const position = new Uint8Array(8);
  new DataView(position.buffer).setBigUint64(0, BigInt(n));
  return concat([new TextEncoder().encode(`${kind}/`), position, prefix]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Nobody below knows what it opens. */
async function naming<T>(object: SealedObject, open: () => T | Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!isAppError(error, 'E_REPOSITORY_DAMAGED')) throw error;
    throw damaged(object, error.message, error);
  }
}

function damaged({ kind, n }: SealedObject, why: string, cause?: unknown): AppError {
  const name = kind === 'log' ? logName(n) : checkpointName(n);
  return new AppError('E_REPOSITORY_DAMAGED', `${name} cannot be used: ${why}`, {
    context: { name },
    cause,
  });
}
