import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { AppError } from '@firn/shared/errors/app-error';
import type { CertificateReader } from '../../ports/certificates.ts';

export const nodeCertificateReader: CertificateReader = {
  readPair: ({ certificatePem, privateKeyPem }) => {
    const certificate = parse('certificatePem', () => new X509Certificate(certificatePem));
    const key: KeyObject = parse('privateKeyPem', () => createPrivateKey(privateKeyPem));
    if (!certificate.checkPrivateKey(key)) {
      throw new AppError('E_REQUEST_INVALID', 'privateKeyPem is not the key of certificatePem');
    }
    return { expiresAt: certificate.validToDate.toISOString() };
  },
};

/** OpenSSL's own words may quote the input: they go to the cause only. */
function parse<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new AppError('E_REQUEST_INVALID', `${field} cannot be read`, { cause });
  }
}
