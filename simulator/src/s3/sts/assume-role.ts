import { createHash, randomBytes } from 'node:crypto';
import type { HttpRequest } from '../api/http-request.ts';
import type { S3Reply } from '../api/s3-call.ts';
import { S3Error } from '../domain/s3-error.ts';
import type { Credential, Credentials } from '../signing/credentials.ts';
import { verifyRequest } from '../signing/verify-request.ts';
import { SessionPolicy } from './session-policy.ts';
import { writeStsError, writeStsXml } from './sts-xml.ts';

/** Roles that can be assumed: ARN → the external id that must be given. */
export type Roles = Map<string, string | undefined>;

export interface StsParts {
  readonly credentials: Credentials;
  readonly roles: Roles;
  readonly region: string;
  readonly clock: { nowMs(): number };
}

const BODY_BYTES_MAX = 64 * 1024;
const SECONDS = { min: 900, max: 43_200, default: 3_600 };
const PARAMETERS = new Set([
  ...['Action', 'Version', 'RoleArn', 'RoleSessionName', 'DurationSeconds'],
  ...['Policy', 'ExternalId'],
]);

/** S3 has no form at this path: whoever posts one means the security token service. */
export function isStsRequest({ method, rawPath, headers }: HttpRequest): boolean {
  const type = headers.get('content-type') ?? '';
  return (
    method === 'POST' && rawPath === '/' && type.startsWith('application/x-www-form-urlencoded')
  );
}

/** AssumeRole, and no other action [AWS: API_AssumeRole]. */
export async function serveSts(request: HttpRequest, parts: StsParts): Promise<S3Reply> {
  try {
    const body = await readBody(request);
    const caller = verifyCaller(request, body, parts);
    return { status: 200, document: assume(new URLSearchParams(body), caller, parts) };
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    return { status: error.status, document: writeStsError(error) };
  }
}

async function readBody(request: HttpRequest): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of request.body()) {
    size += piece.byteLength;
    if (size > BODY_BYTES_MAX) throw new S3Error('InvalidRequest', 'The form is too long.');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function verifyCaller(request: HttpRequest, body: string, parts: StsParts): Credential {
  const { credentials, region, clock } = parts;
  const payloadHash = createHash('sha256').update(body).digest('hex');
  const verifier = { credentials, region, nowMs: clock.nowMs(), service: 'sts', payloadHash };
  return verifyRequest({ ...request, query: new Map() }, verifier).credential;
}

function assume(form: URLSearchParams, caller: Credential, parts: StsParts): string {
  const unknown = [...form.keys()].find((name) => !PARAMETERS.has(name));
  if (unknown !== undefined) throw new S3Error('NotImplemented', `${unknown} is not known here`);
  const isMeant = form.get('Action') === 'AssumeRole' && form.get('Version') === '2011-06-15';
  if (!isMeant) throw new S3Error('NotImplemented', 'Only AssumeRole of 2011-06-15 is known here');
  const arn = form.get('RoleArn') ?? '';
  const session = form.get('RoleSessionName') ?? '';
  if (!/^[\w+=,.@-]{2,64}$/.test(session)) throw invalid('RoleSessionName');
  const isTrusted =
    parts.roles.has(arn) && parts.roles.get(arn) === (form.get('ExternalId') ?? undefined);
  if (!isTrusted || caller.sessionToken !== undefined) {
    const who = `User: ${caller.accessKeyId}`;
    throw new S3Error(
      'AccessDenied',
      `${who} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    );
  }
  const expiresAtMs = parts.clock.nowMs() + readSeconds(form) * 1_000;
  const policy = form.get('Policy');
  const made = {
    accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: randomBytes(96).toString('base64'),
  };
  const narrowed = policy === null ? {} : { policy: SessionPolicy.parse(policy) };
  parts.credentials.put({ ...made, deny: [], expiresAtMs, ...narrowed });
  return writeStsXml('AssumeRole', {
    AssumedRoleUser: {
      Arn: `${arn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${session}`,
    },
    Credentials: {
      AccessKeyId: made.accessKeyId,
      SecretAccessKey: made.secretAccessKey,
      SessionToken: made.sessionToken,
      Expiration: new Date(expiresAtMs).toISOString(),
    },
  });
}

function readSeconds(form: URLSearchParams): number {
  const seconds = Number(form.get('DurationSeconds') ?? SECONDS.default);
  if (Number.isInteger(seconds) && seconds >= SECONDS.min && seconds <= SECONDS.max) return seconds;
  throw invalid('DurationSeconds');
}

function invalid(name: string): S3Error {
  return new S3Error('ValidationError', `1 validation error detected at '${name}'`);
}
