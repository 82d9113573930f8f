import { createPrivateKey } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { openBox, sealBox } from './sealed-box.ts';
import { type IssuedCertificate, makeTestAuthority } from './test-authority.ts';

describe('sealed boxes', () => {
  let recipient: IssuedCertificate;
  let other: IssuedCertificate;
  const plain = Buffer.from('root key');
  beforeAll(async () => {
    const authority = await makeTestAuthority();
    recipient = await authority.issue('recipient');
    other = await authority.issue('other');
  });

  it('are opened by the key of the certificate', () => {
    const box = sealBox(recipient.certificatePem, plain);
    expect(openBox(createPrivateKey(recipient.privateKeyPem), box)).toEqual(plain);
  });

  it('hold nothing readable, and differ each time', () => {
    const [one, two] = [0, 1].map(() => sealBox(recipient.certificatePem, plain));
    expect(one?.ciphertext.includes(plain)).toBe(false);
    expect(one?.ciphertext).not.toEqual(two?.ciphertext);
    expect(one?.ephemeralPublicKey).not.toEqual(two?.ephemeralPublicKey);
  });

  it('are not opened by another key', () => {
    const box = sealBox(recipient.certificatePem, plain);
    expect(() => openBox(createPrivateKey(other.privateKeyPem), box)).toThrow(
      expect.objectContaining({ code: 'E_SEALED_BOX_UNREADABLE' }),
    );
  });

  it.each(['ephemeralPublicKey', 'nonce', 'ciphertext'] as const)(
    'are not opened when their %s was changed or cut',
    (field) => {
      const box = sealBox(recipient.certificatePem, plain);
      const changed = Buffer.from(box[field]);
      changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
      const key = createPrivateKey(recipient.privateKeyPem);
      for (const bad of [changed, box[field].subarray(0, 12), Buffer.alloc(0)]) {
        if (bad.equals(box[field])) continue;
        expect(() => openBox(key, { ...box, [field]: bad })).toThrow(
          expect.objectContaining({ code: 'E_SEALED_BOX_UNREADABLE' }),
        );
      }
    },
  );
});
