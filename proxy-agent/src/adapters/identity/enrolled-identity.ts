import { createPrivateKey, X509Certificate } from 'node:crypto';
import { AppError, isAppError } from '@firn/shared/errors/app-error';
import type { SealedBox } from '@firn/shared/gen/firn/link/v1/work';
import { enroll } from '@firn/shared/rpc/enrolment/enroll';
import type { JoinString } from '@firn/shared/rpc/enrolment/join-string';
import { makeWorkerKey } from '@firn/shared/rpc/enrolment/worker-key';
import type { LinkCredentials } from '@firn/shared/rpc/link/grpc-link';
import { openBox, sealBox } from '@firn/shared/rpc/sealed-box';
import type { Boxes } from '../../ports/boxes.ts';
import type { WorkerIdentity } from '../../ports/worker-identity.ts';
import type { IdentityFile, IdentityRecord } from './identity-file.ts';

/** Older keys are kept so long: journalled secrets are sealed to them. */
const keysMax = 3;

export type RequestCertificate = (csr: Uint8Array, signal: AbortSignal) => Promise<string>;

/**
 * The identity that a join string was exchanged for: kept in the data folder,
 * renewed over the link.
 */
export class EnrolledIdentity implements WorkerIdentity, Boxes {
  readonly #file: IdentityFile;
  #record: IdentityRecord;
  #request: RequestCertificate | undefined;

  private constructor(file: IdentityFile, record: IdentityRecord) {
    this.#file = file;
    this.#record = record;
  }

  /**
   * The stored identity, or a new one by the join string. A kill in between is
   * harmless: the key is stored before the token is used.
   */
  static async open(
    file: IdentityFile,
    join: JoinString | undefined,
    signal: AbortSignal,
  ): Promise<EnrolledIdentity> {
    const stored = await file.read();
    if (stored !== undefined) return new EnrolledIdentity(file, stored);
    if (join === undefined) {
      throw new AppError('E_IDENTITY_MISSING', 'the worker has neither identity nor join string');
    }
    const key = (await file.readPending()) ?? (await newPendingKey(file));
    const csr = Buffer.from(key.csr, 'base64');
    const { certificatePem, ...place } = await enroll(join, csr, signal);
    const { privateKeyPem } = key;
    const record = { ...place, keys: [{ privateKeyPem, certificatePem }] };
    await file.write(record);
    return new EnrolledIdentity(file, record);
  }

  /** How a certificate is asked for: over the link, which needs this identity first. */
  renewBy(request: RequestCertificate): void {
    this.#request = request;
  }

  get workerId(): string {
    return this.#record.workerId;
  }

  get linkAddress(): string {
    return this.#record.linkAddress;
  }

  linkCredentials(): LinkCredentials {
    const { caPem, keys } = this.#record;
    const [{ privateKeyPem = '', certificatePem = '' } = {}] = keys;
    return { caPem, privateKeyPem, certificatePem };
  }

  renewalDueMs(): number {
    const certificate = new X509Certificate(this.linkCredentials().certificatePem);
    const from = Date.parse(certificate.validFrom);
    return from + ((Date.parse(certificate.validTo) - from) * 2) / 3;
  }

  async renew(signal: AbortSignal): Promise<void> {
    if (this.#request === undefined) return;
    const { privateKeyPem, csr } = await makeWorkerKey();
    const certificatePem = await this.#request(csr, signal);
    const keys = [{ privateKeyPem, certificatePem }, ...this.#record.keys].slice(0, keysMax);
    const record = { ...this.#record, keys };
    await this.#file.write(record);
    this.#record = record;
  }

  open(box: SealedBox): Uint8Array {
    let failure: unknown;
    for (const { privateKeyPem } of this.#record.keys) {
      try {
        return openBox(createPrivateKey(privateKeyPem), box);
      } catch (error) {
        if (!isAppError(error, 'E_SEALED_BOX_UNREADABLE')) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  seal(certificatePem: string, plain: Uint8Array): SealedBox {
    return sealBox(certificatePem, plain);
  }
}

async function newPendingKey(file: IdentityFile): Promise<{ privateKeyPem: string; csr: string }> {
  const { privateKeyPem, csr } = await makeWorkerKey();
  const pending = { privateKeyPem, csr: Buffer.from(csr).toString('base64') };
  await file.writePending(pending);
  return pending;
}
