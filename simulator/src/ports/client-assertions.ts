/** Why a client assertion is refused; each has its AADSTS code. */
export type AssertionProblem =
  | 'malformed'
  | 'unknown-certificate'
  | 'signature'
  | 'audience'
  | 'issuer'
  | 'lifetime'
  | 'replayed';

/** What an assertion must fit. */
export interface AssertionExpectation {
  readonly clientId: string;
  /** PEM. */
  readonly certificates: readonly string[];
  /** URLs any of which `aud` may name. */
  readonly audiences: readonly string[];
  readonly nowMs: number;
}

/** Verifies signed client assertions (RFC 7523) as the identity platform does. */
export interface ClientAssertions {
  /** Null when the assertion is good. */
  verify(assertion: string, expected: AssertionExpectation): Promise<AssertionProblem | null>;
}
