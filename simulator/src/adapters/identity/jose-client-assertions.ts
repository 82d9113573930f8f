import { X509Certificate } from 'node:crypto';
import { compactVerify, decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import type {
  AssertionExpectation,
  AssertionProblem,
  ClientAssertions,
} from '../../ports/client-assertions.ts';

const SKEW_SECONDS = 300;
const ALGORITHMS = ['PS256', 'RS256'];

/**
 * Verifies assertions with jose [Microsoft: certificate-credentials]: PS256 or RS256, the
 * certificate named by `x5t#S256` (SHA-256) or `x5t` (SHA-1) among the registered ones.
 */
export class JoseClientAssertions implements ClientAssertions {
  readonly #refuseReplays: boolean;
  readonly #seen = new Map<string, number>();

  constructor(options: { refuseReplays: boolean }) {
    this.#refuseReplays = options.refuseReplays;
  }

  async verify(
    assertion: string,
    expected: AssertionExpectation,
  ): Promise<AssertionProblem | null> {
    const read = readAssertion(assertion);
    if (!read) return 'malformed';
    const certificate = expected.certificates
      .map((pem) => new X509Certificate(pem))
      .find((candidate) => isNamedBy(candidate, read.header));
    if (!certificate) return 'unknown-certificate';
    try {
      await compactVerify(assertion, certificate.publicKey, { algorithms: ALGORITHMS });
    } catch {
      return 'signature';
    }
    return checkClaims(read.claims, expected) ?? this.#checkReplay(read.claims, expected.nowMs);
  }

  #checkReplay(claims: JWTPayload, nowMs: number): AssertionProblem | null {
    if (!this.#refuseReplays) return null;
    const id = `${claims.iss}|${claims.jti}`;
    for (const [known, expiresSeconds] of this.#seen) {
      if ((expiresSeconds + SKEW_SECONDS) * 1000 < nowMs) this.#seen.delete(known);
    }
    if (claims.jti === undefined || this.#seen.has(id)) return 'replayed';
    this.#seen.set(id, claims.exp ?? 0);
    return null;
  }
}

interface Header {
  readonly alg?: unknown;
  readonly x5t?: unknown;
  readonly 'x5t#S256'?: unknown;
}

function readAssertion(assertion: string): { header: Header; claims: JWTPayload } | null {
  try {
    const header: Header = decodeProtectedHeader(assertion);
    const known = typeof header.alg === 'string' && ALGORITHMS.includes(header.alg);
    return known ? { header, claims: decodeJwt(assertion) } : null;
  } catch {
    return null;
  }
}

function isNamedBy(certificate: X509Certificate, header: Header): boolean {
  const sha256 = header['x5t#S256'];
  if (sha256 !== undefined) return sha256 === thumbprint(certificate.fingerprint256);
  return header.x5t === thumbprint(certificate.fingerprint);
}

function thumbprint(fingerprint: string): string {
  return Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('base64url');
}

function checkClaims(claims: JWTPayload, expected: AssertionExpectation): AssertionProblem | null {
  const nowSeconds = expected.nowMs / 1000;
  const { iss, sub, aud, exp, nbf } = claims;
  if (iss !== expected.clientId || sub !== expected.clientId) return 'issuer';
  const audiences = Array.isArray(aud) ? aud : [aud];
  if (!audiences.some((one) => one !== undefined && expected.audiences.includes(one))) {
    return 'audience';
  }
  if (exp === undefined || exp + SKEW_SECONDS < nowSeconds) return 'lifetime';
  if (nbf !== undefined && nbf - SKEW_SECONDS > nowSeconds) return 'lifetime';
  return null;
}
