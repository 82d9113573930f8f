import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  PemConverter,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

export interface IssuedCertificate {
  readonly caPem: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface TestAuthority {
  issue(commonName: string): Promise<IssuedCertificate>;
  /** A certificate, PEM, for the key of a PKCS#10 request (DER). */
  certify(csr: Uint8Array): Promise<string>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const validity = { notBefore: new Date('2020-01-01'), notAfter: new Date('2090-01-01') };

/** A certificate authority for tests. Its certificates are good for 127.0.0.1. */
export async function makeTestAuthority(): Promise<TestAuthority> {
  cryptoProvider.set(webcrypto);
  const keys = await makeKeys();
  const authority = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=test authority',
    keys,
    signingAlgorithm: algorithm,
    ...validity,
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  });
  const signer = { authority, signingKey: keys.privateKey };
  return {
    issue: (commonName) => issue(commonName, signer),
    certify: async (csr) => {
      const request = new Pkcs10CertificateRequest(Uint8Array.from(csr));
      const publicKey = await request.publicKey.export();
      return (await sign('worker', publicKey, signer)).toString('pem');
    },
  };
}

interface Signer {
  readonly authority: X509Certificate;
  readonly signingKey: webcrypto.CryptoKey;
}

async function issue(commonName: string, signer: Signer): Promise<IssuedCertificate> {
  const keys = await makeKeys();
  const certificate = await sign(commonName, keys.publicKey, signer);
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    caPem: signer.authority.toString('pem'),
    certificatePem: certificate.toString('pem'),
    privateKeyPem: PemConverter.encode(pkcs8, 'PRIVATE KEY'),
  };
}

function sign(
  commonName: string,
  publicKey: webcrypto.CryptoKey,
  { authority, signingKey }: Signer,
): Promise<X509Certificate> {
  return X509CertificateGenerator.create({
    subject: `CN=${commonName}`,
    issuer: authority.subject,
    publicKey,
    signingKey,
    signingAlgorithm: algorithm,
    ...validity,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  });
}

async function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}
