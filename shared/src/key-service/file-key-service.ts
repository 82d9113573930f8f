import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AppError } from '../errors/app-error.ts';
import type { KeyService } from '../repository/header/key-service.ts';

const cipher = 'aes-256-gcm';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * A key service whose keys lie in a file: JSON `{"<key id>": "<64 hex digits>", …}`.
 * It is read for each call, so that a key that is taken out opens nothing from
 * then on. Wrapped: nonce, then AES-256-GCM with the context as associated data.
 */
export class FileKeyService implements KeyService {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async wrap(keyId: string, key: Uint8Array, context: string): Promise<Uint8Array> {
    const nonce = randomBytes(nonceBytes);
    const sealing = createCipheriv(cipher, await this.#key(keyId), nonce);
    sealing.setAAD(Buffer.from(context));
    return Buffer.concat([nonce, sealing.update(key), sealing.final(), sealing.getAuthTag()]);
  }

  async unwrap(keyId: string, wrapped: Uint8Array, context: string): Promise<Uint8Array> {
    const key = await this.#key(keyId);
    const tagAt = wrapped.length - tagBytes;
    if (tagAt < nonceBytes) throw refused(keyId);
    try {
      const opening = createDecipheriv(cipher, key, wrapped.subarray(0, nonceBytes));
      opening.setAAD(Buffer.from(context)).setAuthTag(wrapped.subarray(tagAt));
      return Buffer.concat([opening.update(wrapped.subarray(nonceBytes, tagAt)), opening.final()]);
    } catch (error) {
      throw refused(keyId, error);
    }
  }

  async #key(keyId: string): Promise<Uint8Array> {
    const keys = await this.#read();
    const hex = Object.hasOwn(keys, keyId) ? keys[keyId] : undefined;
    if (hex === undefined) {
      throw new AppError('E_KEY_SERVICE_KEY_UNKNOWN', `there is no key ${keyId} in ${this.#path}`);
    }
    const key = Buffer.from(String(hex), 'hex');
    if (key.length === keyBytes) return key;
    throw unavailable(`key ${keyId} in ${this.#path} has not 64 hex digits`);
  }

  async #read(): Promise<Readonly<Record<string, unknown>>> {
    try {
      const keys: unknown = JSON.parse(await readFile(this.#path, 'utf8'));
      if (typeof keys === 'object' && keys !== null) return { ...keys };
    } catch (error) {
      // JSON.parse quotes what it cannot parse, which may be a key: it is no cause to show.
      const cause = error instanceof SyntaxError ? undefined : error;
      throw unavailable(`${this.#path} cannot be read as JSON`, cause);
    }
    throw unavailable(`${this.#path} holds no object of keys`);
  }
}

function unavailable(message: string, cause?: unknown): AppError {
  return new AppError('E_KEY_SERVICE_UNAVAILABLE', message, { cause });
}

function refused(keyId: string, cause?: unknown): AppError {
  return new AppError('E_KEY_SERVICE_REFUSED', `key ${keyId} did not wrap this`, { cause });
}
