/** What a valid access token says. */
export interface AccessGrant {
  readonly appId: string;
  readonly roles: readonly string[];
}

/** Why a token is refused. */
export interface AccessRefusal {
  readonly refused: 'malformed' | 'expired' | 'signature' | 'audience' | 'not-yet-valid';
}

/** Issues and checks the bearer tokens of Graph. */
export interface AccessTokens {
  issue(grant: AccessGrant, audience: string): Promise<{ token: string; expiresInSeconds: number }>;
  check(token: string): Promise<AccessGrant | AccessRefusal>;
}
