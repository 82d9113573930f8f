/** A mail that somebody asked the tenant to send. */
export interface SentMail {
  readonly user: string;
  readonly atMs: number;
  readonly subject: string;
  readonly recipients: readonly string[];
}

/** Everything that would have left the tenant: so that a test can prove that nothing did. */
export class SentLog {
  readonly #mails: SentMail[] = [];

  record(mail: SentMail): void {
    this.#mails.push(mail);
  }

  all(): readonly SentMail[] {
    return this.#mails;
  }
}
