import { AppError } from '@firn/shared/errors/app-error';
import type { EnrollmentToken, WorkerCertificate } from '../../domain/worker.ts';
import type { Records } from '../../ports/records.ts';
import type { AppContext } from '../context.ts';

export interface EnrolledWorker {
  readonly workerId: string;
  readonly certificatePem: string;
  /** For an appliance: where it tells of its progress. Holds a password. */
  readonly natsUrl?: string;
}

/**
 * Trades a token for a certificate: the token is used up and the certificate
 * is recorded in one transaction. The same token with the same key gives the
 * same certificate for ten minutes, since the reply may have been lost. Name,
 * role and identity come from the token, only the public key from the request.
 */
export async function enrollWorker(
  context: AppContext,
  input: { readonly token: string; readonly csr: Uint8Array },
): Promise<EnrolledWorker> {
  const publicKey = await context.authority.readRequest(input.csr);
  const tokenHash = context.secrets.hash(input.token);
  return context.database.transaction(async (records) => {
    const token = await records.workers.lockToken(tokenHash);
    if (token === undefined) throw refused('is unknown');
    const enrolled = await enrollWith(context, records, { token, publicKey });
    const { applianceNatsUrl: natsUrl } = context.settings;
    const isTold = token.workerKind === 'appliance' && natsUrl !== undefined;
    return isTold ? { ...enrolled, natsUrl } : enrolled;
  });
}

interface Enrolling {
  readonly token: EnrollmentToken;
  readonly publicKey: Uint8Array;
}

async function enrollWith(
  context: AppContext,
  records: Records,
  { token, publicKey }: Enrolling,
): Promise<EnrolledWorker> {
  const keyHash = context.secrets.hash(Buffer.from(publicKey).toString('base64'));
  if (token.usedPublicKeyHash !== null) {
    return certificateAgain(context, records, token, keyHash);
  }
  if (token.expired) throw refused('has expired');
  return enrollNew(context, records, { token, publicKey, keyHash });
}

async function certificateAgain(
  { secrets }: AppContext,
  records: Records,
  token: EnrollmentToken,
  keyHash: Uint8Array,
): Promise<EnrolledWorker> {
  const { workerId, usedPublicKeyHash, usedRecently } = token;
  const isSameKey = usedPublicKeyHash !== null && secrets.equal(usedPublicKeyHash, keyHash);
  const certificate =
    isSameKey && usedRecently
      ? await records.workers.certificateByKey(workerId, keyHash)
      : undefined;
  if (certificate === undefined) throw refused('was used before');
  return { workerId, certificatePem: certificate.certificatePem };
}

interface NewEnrollment extends Enrolling {
  readonly keyHash: Uint8Array;
}

async function enrollNew(
  context: AppContext,
  records: Records,
  { token, publicKey, keyHash }: NewEnrollment,
): Promise<EnrolledWorker> {
  const { tokenHash, workerId, workerKind, workerName } = token;
  const known = await records.workers.get(workerId);
  // An appliance's row is there from its intent; it may have been ended since.
  if (known !== undefined && known.revokedAt !== null) throw refused('is of a worker that ended');
  if (known === undefined) {
    await records.workers.insert({ id: workerId, kind: workerKind, name: workerName });
  }
  const certificate = await issue(context, { workerId, workerKind, publicKey, keyHash });
  await records.workers.insertCertificate(certificate);
  await records.workers.useToken(tokenHash, keyHash);
  context.logger.info('worker.enrolled', { workerId, kind: workerKind, name: workerName });
  return { workerId, certificatePem: certificate.certificatePem };
}

/** A certificate for a worker, with a life by its kind; not recorded yet. */
async function issue(
  { authority, settings }: AppContext,
  about: {
    readonly workerId: string;
    readonly workerKind: 'proxy' | 'appliance';
    readonly publicKey: Uint8Array;
    readonly keyHash: Uint8Array;
  },
): Promise<WorkerCertificate> {
  const { workerId, workerKind, publicKey, keyHash } = about;
  const lifeMs =
    workerKind === 'proxy' ? settings.proxyCertificateLifeMs : settings.applianceLifeMs;
  const issued = await authority.issueWorkerCertificate({ publicKey, workerId, lifeMs });
  return { ...issued, workerId, publicKeyHash: keyHash };
}

/**
 * A new certificate for a new key of the same worker, asked for over its link.
 * The old one stays valid until its end. Appliances end with their first.
 */
export async function renewCertificate(
  context: AppContext,
  workerId: string,
  csr: Uint8Array,
): Promise<string> {
  const publicKey = await context.authority.readRequest(csr);
  const keyHash = context.secrets.hash(Buffer.from(publicKey).toString('base64'));
  const worker = await context.database.workers.get(workerId);
  if (worker === undefined || worker.revokedAt !== null || worker.kind !== 'proxy') {
    throw new AppError('E_WORKER_REVOKED', `worker ${workerId} gets no new certificate`);
  }
  const certificate = await issue(context, { workerId, workerKind: 'proxy', publicKey, keyHash });
  await context.database.workers.insertCertificate(certificate);
  context.logger.info('worker.certificate_renewed', { workerId });
  return certificate.certificatePem;
}

function refused(why: string): AppError {
  return new AppError('E_ENROLLMENT_TOKEN_INVALID', `the enrolment token ${why}`);
}
