/** Whether delta tokens are still good: they age, and an administrator may end all of them. */
export class DeltaPolicy {
  /** Tokens of an earlier epoch are dead. */
  epoch = 1;
  /** Life of a token; the service states none for Outlook. */
  lifetimeMs = 30 * 86_400_000;

  isAlive(token: { readonly epoch: number; readonly issuedMs: number }, nowMs: number): boolean {
    return token.epoch === this.epoch && nowMs - token.issuedMs <= this.lifetimeMs;
  }

  expireAll(): void {
    this.epoch += 1;
  }
}
