import type { SessionPolicy } from '../sts/session-policy.ts';

/** Whom a request comes from. */
export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Temporary credentials only: must come with every request. */
  readonly sessionToken?: string;
  /** Permissions that it lacks, such as `s3:PutObject`; `s3:*` is all. */
  readonly deny: readonly string[];
  /** Of an assumed role: when it ends, and what it may do. */
  readonly expiresAtMs?: number;
  readonly policy?: SessionPolicy;
}

/** The access keys that the server knows. */
export class Credentials {
  readonly #known = new Map<string, Credential>();

  put(credential: Credential): void {
    this.#known.set(credential.accessKeyId, credential);
  }

  find(accessKeyId: string): Credential | undefined {
    return this.#known.get(accessKeyId);
  }

  remove(accessKeyId: string): boolean {
    return this.#known.delete(accessKeyId);
  }
}

/** Whether a credential has a permission. @param resource ARN; absent: of any */
export function isAllowed(
  { deny, policy }: Credential,
  permission: string,
  resource?: string,
): boolean {
  if (deny.some((one) => one === permission || one === 's3:*')) return false;
  return policy?.allows(permission, resource) ?? true;
}
