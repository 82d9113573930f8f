import {
  type CryptoKey,
  errors,
  exportJWK,
  generateKeyPair,
  type JWK,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { AccessGrant, AccessRefusal, AccessTokens } from '../../ports/access-tokens.ts';
import type { Clock } from '../../ports/clock.ts';

const KEY_ID = 'tenant-signing-key-1';

/** How tokens are made. */
export interface TokenTerms {
  readonly tenantId: string;
  /** The audience that Graph accepts. */
  readonly audience: string;
  readonly lifetimeSeconds: number;
}

/** Bearer tokens as RS256 JWTs with the claims of an application token (`roles`, `appid`, `tid`). */
export class JoseAccessTokens implements AccessTokens {
  readonly #clock: Clock;
  readonly #terms: TokenTerms;
  readonly #privateKey: CryptoKey;
  readonly #publicKey: CryptoKey;

  private constructor(
    clock: Clock,
    terms: TokenTerms,
    keys: { privateKey: CryptoKey; publicKey: CryptoKey },
  ) {
    this.#clock = clock;
    this.#terms = terms;
    this.#privateKey = keys.privateKey;
    this.#publicKey = keys.publicKey;
  }

  static async create(clock: Clock, terms: TokenTerms): Promise<JoseAccessTokens> {
    return new JoseAccessTokens(clock, terms, await generateKeyPair('RS256'));
  }

  /** The public key, as the tenant publishes it. */
  async jwks(): Promise<{ keys: readonly JWK[] }> {
    const key = await exportJWK(this.#publicKey);
    return { keys: [{ ...key, kid: KEY_ID, use: 'sig', alg: 'RS256' }] };
  }

  async issue(
    grant: AccessGrant,
    audience: string,
  ): Promise<{ token: string; expiresInSeconds: number }> {
    const { tenantId, lifetimeSeconds } = this.#terms;
    const nowSeconds = Math.floor(this.#clock.nowMs() / 1000);
    const claims = { appid: grant.appId, appidacr: '2', idtyp: 'app', roles: [...grant.roles] };
    const token = await new SignJWT({ ...claims, tid: tenantId, ver: '1.0' })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: KEY_ID })
      .setAudience(audience)
      .setIssuer(`https://sts.windows.net/${tenantId}/`)
      .setIssuedAt(nowSeconds)
      .setNotBefore(nowSeconds)
      .setExpirationTime(nowSeconds + lifetimeSeconds)
      .sign(this.#privateKey);
    return { token, expiresInSeconds: lifetimeSeconds - 1 };
  }

  async check(token: string): Promise<AccessGrant | AccessRefusal> {
    try {
      const { payload } = await jwtVerify(token, this.#publicKey, {
        audience: this.#terms.audience,
        issuer: `https://sts.windows.net/${this.#terms.tenantId}/`,
        currentDate: new Date(this.#clock.nowMs()),
        algorithms: ['RS256'],
      });
      const { appid, roles } = payload;
      return { appId: String(appid), roles: Array.isArray(roles) ? roles.map(String) : [] };
    } catch (error) {
      return { refused: refusalOf(error) };
    }
  }
}

function refusalOf(error: unknown): AccessRefusal['refused'] {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (!(error instanceof errors.JWTClaimValidationFailed)) return 'malformed';
  return error.claim === 'nbf' ? 'not-yet-valid' : 'audience';
}
