import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '@firn/shared/errors/app-error';
import type { Vault } from '../../ports/secrets.ts';

const keyBytes = 32;
const keyIdBytes = 8;
const nonceBytes = 12;
const tagBytes = 16;
const version = 1;

/**
 * AES-256-GCM under a master key. A sealed secret is: version (1 byte), key id
 * (8), nonce (12), ciphertext, tag (16); the purpose is associated data. The
 * key id is derived from the key, so that a wrong key file is told at once.
 */
export function makeVault(masterKey: Uint8Array): Vault {
  const keyId = derive(masterKey, 'firn master key id', keyIdBytes);
  const sealingKey = derive(masterKey, 'firn vault seal', keyBytes);
  const fingerprintKey = derive(masterKey, 'firn vault fingerprint', keyBytes);
  return {
    seal: (plain, purpose) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce);
      cipher.setAAD(Buffer.from(purpose));
      const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.from([version]), keyId, nonce, ciphertext, cipher.getAuthTag()]);
    },
    open: (sealed, purpose) => openSealed(Buffer.from(sealed), purpose, { keyId, sealingKey }),
    fingerprint: (text) => createHmac('sha256', fingerprintKey).update(text).digest(),
  };
}

function derive(masterKey: Uint8Array, info: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, '', info, length));
}

function openSealed(
  sealed: Buffer,
  purpose: string,
  key: { readonly keyId: Buffer; readonly sealingKey: Buffer },
): Uint8Array {
  const nonceAt = 1 + keyIdBytes;
  const ciphertextAt = nonceAt + nonceBytes;
  const tagAt = sealed.length - tagBytes;
  const isOfKey = sealed[0] === version && sealed.subarray(1, nonceAt).equals(key.keyId);
  if (!isOfKey || tagAt < ciphertextAt) throw mismatch(purpose);
  const nonce = sealed.subarray(nonceAt, ciphertextAt);
  const decipher = createDecipheriv('aes-256-gcm', key.sealingKey, nonce);
  decipher.setAAD(Buffer.from(purpose));
  decipher.setAuthTag(sealed.subarray(tagAt));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(ciphertextAt, tagAt)), decipher.final()]);
  } catch (cause) {
    throw mismatch(purpose, cause);
  }
}

function mismatch(purpose: string, cause?: unknown): AppError {
  return new AppError(
    'E_MASTER_KEY_MISMATCH',
    `the secret of ${purpose} cannot be opened with this master key`,
    { cause },
  );
}

/**
 * The master key (base64 in a file of mode 0600), made on the first start. Two
 * processes that start at once end up with the same one.
 */
export async function loadMasterKey(file: string): Promise<Uint8Array> {
  const present = await readKey(file);
  if (present !== undefined) return present;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await createKey(file);
  const created = await readKey(file);
  if (created !== undefined) return created;
  throw new AppError('E_CONFIG_INVALID', `the master key file ${file} cannot be read`);
}

async function readKey(file: string): Promise<Uint8Array | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return undefined;
    throw new AppError('E_CONFIG_INVALID', `the master key file ${file} cannot be read`, { cause });
  }
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === keyBytes) return key;
  throw new AppError('E_CONFIG_INVALID', `the master key file ${file} does not hold 32 bytes`);
}

/** Whole or not at all: written beside, synced, then linked under its name. */
async function createKey(file: string): Promise<void> {
  const beside = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(beside, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(keyBytes).toString('base64')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(beside, file);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  } finally {
    await unlink(beside);
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
