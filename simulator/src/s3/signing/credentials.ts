/** Whom a request comes from. */
export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Temporary credentials only: must come with every request. */
  readonly sessionToken?: string;
  /** Permissions that it lacks, such as `s3:PutObject`; `s3:*` is all. */
  readonly deny: readonly string[];
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

/** Whether a credential has a permission. */
export function isAllowed({ deny }: Credential, permission: string): boolean {
  return !deny.some((one) => one === permission || one === 's3:*');
}
