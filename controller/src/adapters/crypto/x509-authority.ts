import 'reflect-metadata';
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import { AppError } from '@firn/shared/errors/app-error';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type {
  CertificateAuthority,
  IssuedCertificate,
  ServerCertificates,
  ServerIdentity,
  WorkerCertificateRequest,
} from '../../ports/certificates.ts';

cryptoProvider.set(webcrypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const caLifeMs = 20 * 365 * 86_400_000;
/** Clocks of workers may be behind: certificates begin a little earlier. */
const backdateMs = 5 * 60_000;

export interface AuthorityKeys {
  readonly certificatePem: string;
  /** PKCS#8, DER. */
  readonly privateKey: Uint8Array;
}

export type X509Authority = CertificateAuthority & ServerCertificates;

/** A new self-signed CA, P-256. */
export async function createAuthorityKeys(nowMs: number): Promise<AuthorityKeys> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: 'CN=Firn CA',
    notBefore: new Date(nowMs - backdateMs),
    notAfter: new Date(nowMs + caLifeMs),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const privateKey = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificatePem: pem(certificate), privateKey: new Uint8Array(privateKey) };
}

/** The CA of these keys. @param now by the controller's clock, ms */
export async function makeX509Authority(
  keys: AuthorityKeys,
  now: () => number,
): Promise<X509Authority> {
  const certificate = new X509Certificate(keys.certificatePem);
  const signingKey = await webcrypto.subtle.importKey('pkcs8', keys.privateKey, algorithm, false, [
    'sign',
  ]);
  const issuer: Issuer = { certificate, signingKey, now };
  return {
    caPem: keys.certificatePem,
    caPin: createHash('sha256').update(Buffer.from(certificate.publicKey.rawData)).digest('hex'),
    issueWorkerCertificate: (request) => issueWorker(issuer, request),
    issueServerIdentity: (hosts) => issueServer(issuer, hosts),
    readRequest,
  };
}

interface Issuer {
  readonly certificate: X509Certificate;
  readonly signingKey: webcrypto.CryptoKey;
  now(): number;
}

async function issueWorker(
  issuer: Issuer,
  { publicKey, workerId, lifeMs }: WorkerCertificateRequest,
): Promise<IssuedCertificate> {
  const certificate = await issue(issuer, {
    name: `CN=${workerId}`,
    publicKey: new PublicKey(publicKey),
    lifeMs,
    extensions: [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension([{ type: 'url', value: workerUrn(workerId) }]),
    ],
  });
  return {
    certificatePem: pem(certificate),
    serialNumber: certificate.serialNumber.toLowerCase(),
    expiresAt: certificate.notAfter.toISOString(),
  };
}

/** The name of a worker in its certificate: a URI subject alternative name. */
export function workerUrn(workerId: string): string {
  return `urn:firn:worker:${workerId}`;
}

const serverLifeMs = 2 * 365 * 86_400_000;

async function issueServer(issuer: Issuer, hosts: readonly string[]): Promise<ServerIdentity> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const names = [...new Set(hosts)].map((value) => ({
    type: isAddress(value) ? ('ip' as const) : ('dns' as const),
    value,
  }));
  const certificate = await issue(issuer, {
    name: 'CN=Firn controller',
    publicKey: await PublicKey.create(keys.publicKey),
    lifeMs: serverLifeMs,
    extensions: [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names),
    ],
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificateChainPem: `${pem(certificate)}\n${pem(issuer.certificate)}\n`,
    privateKeyPem: derToPem('PRIVATE KEY', Buffer.from(pkcs8)),
  };
}

function isAddress(host: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(host) || host.includes(':');
}

interface Issue {
  readonly name: string;
  readonly publicKey: PublicKey;
  readonly lifeMs: number;
  readonly extensions: readonly Extension[];
}

async function issue(issuer: Issuer, options: Issue): Promise<X509Certificate> {
  const { name, publicKey, lifeMs, extensions } = options;
  const nowMs = issuer.now();
  return X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: name,
    issuer: issuer.certificate.subject,
    notBefore: new Date(nowMs - backdateMs),
    notAfter: new Date(nowMs + lifeMs),
    publicKey,
    signingKey: issuer.signingKey,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyAgreement, true),
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.certificate.publicKey),
      ...extensions,
    ],
  });
}

/** 128 random bits, positive (RFC 5280, section 4.1.2.2). */
function newSerial(): string {
  return `01${randomBytes(15).toString('hex')}`;
}

async function readRequest(csr: Uint8Array): Promise<Uint8Array> {
  const request = await parseRequest(csr);
  const { algorithm: named } = request.publicKey as {
    algorithm: { name: string; namedCurve?: string };
  };
  if (named.name !== 'ECDSA' || named.namedCurve !== 'P-256') {
    throw new AppError('E_CSR_INVALID', 'the key of the certificate request is not EC P-256');
  }
  return new Uint8Array(request.publicKey.rawData);
}

async function parseRequest(csr: Uint8Array): Promise<Pkcs10CertificateRequest> {
  let isProven: boolean;
  let request: Pkcs10CertificateRequest;
  try {
    request = new Pkcs10CertificateRequest(csr);
    isProven = await request.verify();
  } catch (cause) {
    throw new AppError('E_CSR_INVALID', 'the certificate request cannot be read', { cause });
  }
  if (isProven) return request;
  throw new AppError('E_CSR_INVALID', 'the certificate request is not signed by its own key');
}

function pem(certificate: X509Certificate): string {
  return certificate.toString('pem');
}

function derToPem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
