import { AppError } from '../../errors/app-error.ts';
import { postForm } from './post-form.ts';
import type { S3Credentials } from './s3-connection.ts';
import { signPost } from './sign-request.ts';

export interface S3Role {
  readonly arn: string;
  /** What the role's trust policy may ask for. */
  readonly externalId?: string | undefined;
  /** Of the security token service. Default: AWS's in the region. No trailing slash. */
  readonly stsEndpoint?: string | undefined;
}

export interface AssumeRole {
  readonly role: S3Role;
  /** May do nothing but assume the role. */
  readonly credentials: S3Credentials;
  readonly region: string;
  readonly caPem?: string | undefined;
  readonly bucket: string;
  readonly access: 'read' | 'write';
  /** From 15 minutes to 12 hours; above one hour the role must allow it. */
  readonly lifeMs: number;
  readonly nowMs: number;
}

export interface AssumedRole extends Required<S3Credentials> {
  readonly expiresAtMs: number;
}

const replyMsMax = 10_000;
const secondsMin = 15 * 60;
const secondsMax = 12 * 60 * 60;
const contentType = 'application/x-www-form-urlencoded; charset=utf-8';

/**
 * Keys that end by themselves, of a role that may touch the bucket, narrowed to
 * what is needed there. E_STORAGE_DENIED, E_STORAGE_UNAVAILABLE, E_STORAGE_REFUSED.
 */
export async function assumeRole(options: AssumeRole): Promise<AssumedRole> {
  const { role, credentials, region, caPem, nowMs } = options;
  const url = new URL(role.stsEndpoint ?? `https://sts.${region}.${domainOf(role.arn)}`);
  const body = formOf(options).toString();
  const signed = { host: url.host, body, contentType, region, service: 'sts', atMs: nowMs };
  const headers = signPost({ ...signed, credentials });
  const signal = AbortSignal.timeout(replyMsMax);
  const reply = await postForm({ url, headers, body, caPem, signal }).catch((cause: Error) => {
    const code = 'code' in cause ? ` (${String(cause.code)})` : '';
    const message = `role ${role.arn} cannot be assumed: ${url.host} does not answer${code}`;
    throw new AppError('E_STORAGE_UNAVAILABLE', message, { cause });
  });
  if (reply.status !== 200) throw refusal(role, reply);
  return readCredentials(role, reply.text);
}

function formOf({ role, bucket, access, lifeMs }: AssumeRole): URLSearchParams {
  const seconds = Math.min(Math.max(Math.floor(lifeMs / 1_000), secondsMin), secondsMax);
  return new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: role.arn,
    RoleSessionName: 'firn',
    DurationSeconds: String(seconds),
    Policy: JSON.stringify(policyOf(role, bucket, access)),
    ...(role.externalId !== undefined && { ExternalId: role.externalId }),
  });
}

/** What the role may do besides is taken away: nobody ends retention early. */
function policyOf({ arn }: S3Role, bucket: string, access: 'read' | 'write') {
  const place = `arn:${partitionOf(arn)}:s3:::${bucket}`;
  const Resource = [place, `${place}/*`];
  const Action = access === 'read' ? ['s3:Get*', 's3:List*'] : ['s3:*'];
  const denied = ['s3:BypassGovernanceRetention', 's3:DeleteBucket', 's3:PutBucket*'];
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action, Resource },
      { Effect: 'Deny', Action: denied, Resource },
    ],
  };
}

function partitionOf(arn: string): string {
  return arn.split(':')[1] ?? 'aws';
}

/** [AWS: STS endpoints and quotas] */
function domainOf(arn: string): string {
  return partitionOf(arn) === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
}

function readCredentials(role: S3Role, text: string): AssumedRole {
  const assumed = {
    accessKeyId: elementOf(text, 'AccessKeyId'),
    secretAccessKey: elementOf(text, 'SecretAccessKey'),
    sessionToken: elementOf(text, 'SessionToken'),
    expiresAtMs: Date.parse(elementOf(text, 'Expiration')),
  };
  const isWhole = Object.values(assumed).every((value) => value !== '' && !Number.isNaN(value));
  if (isWhole) return assumed;
  const message = `role ${role.arn} cannot be assumed: the answer holds no whole credentials`;
  throw new AppError('E_STORAGE_REFUSED', message);
}

function refusal({ arn }: S3Role, { status, text }: { status: number; text: string }): AppError {
  const code = elementOf(text, 'Code');
  const isPassing = status >= 500 || status === 429 || code === 'Throttling';
  const isDenied = status === 403 || code === 'ExpiredToken';
  const otherwise = isDenied ? 'E_STORAGE_DENIED' : 'E_STORAGE_REFUSED';
  const message = `role ${arn} cannot be assumed: status ${status} ${code}`.trimEnd();
  return new AppError(isPassing ? 'E_STORAGE_UNAVAILABLE' : otherwise, message);
}

/** Values of this service hold no markup. Empty: there is no such element. */
function elementOf(xml: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
}
