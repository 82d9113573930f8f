import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { AppError } from '../errors/app-error.ts';
import type { SealedBox } from '../gen/firn/link/v1/work.ts';

/**
 * Sealed boxes (docs/protocol.md): ECDH on P-256 between an ephemeral key and
 * the key of the recipient's certificate, HKDF-SHA-256 with both public keys
 * as salt, AES-256-GCM with the 16-byte tag behind the ciphertext. Public keys
 * travel as SubjectPublicKeyInfo, DER.
 */
const infoText = 'firn sealed box v1';
const tagBytes = 16;

/** Seals plain so that only the holder of the certificate's key can open it. */
export function sealBox(certificatePem: string, plain: Uint8Array): SealedBox {
  const recipient = new X509Certificate(certificatePem).publicKey;
  const ephemeral = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ephemeralPublicKey = spki(ephemeral.publicKey);
  const key = agree(ephemeral.privateKey, recipient, [ephemeralPublicKey, spki(recipient)]);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { ephemeralPublicKey, nonce, ciphertext };
}

/** Opens a box; E_SEALED_BOX_UNREADABLE when it was not sealed to this key, or was changed. */
export function openBox(privateKey: KeyObject, box: SealedBox): Uint8Array {
  try {
    const ephemeral = createPublicKey({
      key: box.ephemeralPublicKey,
      format: 'der',
      type: 'spki',
    });
    const own = spki(createPublicKey(privateKey));
    const key = agree(privateKey, ephemeral, [box.ephemeralPublicKey, own]);
    const decipher = createDecipheriv('aes-256-gcm', key, box.nonce, {
      // Without it Node takes a tag of 4 bytes for one.
      authTagLength: tagBytes,
    });
    const end = box.ciphertext.length - tagBytes;
    decipher.setAuthTag(box.ciphertext.subarray(end));
    return Buffer.concat([decipher.update(box.ciphertext.subarray(0, end)), decipher.final()]);
  } catch (cause) {
    throw new AppError(
      'E_SEALED_BOX_UNREADABLE',
      'secrets were not sealed to the key of this worker',
      { cause },
    );
  }
}

function spki(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' });
}

function agree(own: KeyObject, other: KeyObject, salt: readonly Uint8Array[]): Buffer {
  const secret = diffieHellman({ privateKey: own, publicKey: other });
  return Buffer.from(hkdfSync('sha256', secret, Buffer.concat(salt), infoText, 32));
}
