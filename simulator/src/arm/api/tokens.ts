import { randomBytes } from 'node:crypto';
import { ArmError } from '../domain/arm-error.ts';

export interface IssuedToken {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
}

const SECONDS = 3_600;

/** Tokens for this ARM: by a client's secret, and for machines by their identity. */
export class Tokens {
  readonly #clients: ReadonlyMap<string, string>;
  readonly #audience: string;
  readonly #goodUntilMs = new Map<string, number>();
  readonly #nowMs: () => number;

  constructor(options: {
    readonly clients: ReadonlyMap<string, string>;
    readonly audience: string;
    readonly nowMs: () => number;
  }) {
    this.#clients = options.clients;
    this.#audience = options.audience;
    this.#nowMs = options.nowMs;
  }

  issue(): IssuedToken {
    const token = randomBytes(48).toString('base64url');
    this.#goodUntilMs.set(token, this.#nowMs() + SECONDS * 1_000);
    return { access_token: token, token_type: 'Bearer', expires_in: SECONDS };
  }

  /** The client credentials grant. @param form as it was posted */
  grant(form: URLSearchParams): IssuedToken {
    const secret = this.#clients.get(form.get('client_id') ?? '');
    const isMeant =
      form.get('grant_type') === 'client_credentials' &&
      form.get('scope') === `${this.#audience}/.default`;
    if (!isMeant) throw new ArmError(400, 'invalid_request', 'client_credentials for this scope');
    if (secret === undefined || secret !== form.get('client_secret')) {
      throw new ArmError(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.');
    }
    return this.issue();
  }

  isGood(authorization: string | undefined): boolean {
    const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '';
    return this.#nowMs() < (this.#goodUntilMs.get(token) ?? 0);
  }
}
