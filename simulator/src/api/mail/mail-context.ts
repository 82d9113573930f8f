import type { DeltaPolicy } from '../../app/delta-policy.ts';
import type { Mailboxes } from '../../app/mail/mailboxes.ts';
import type { SentLog } from '../../app/mail/sent-log.ts';
import type { Directory } from '../../domain/directory.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Hasher } from '../../ports/hasher.ts';
import type { Ids } from '../../ports/ids.ts';
import type { MailContents } from '../../ports/mail-contents.ts';
import type { TokenSealer } from '../../ports/token-sealer.ts';

/** What the mail routes work with. */
export interface MailContext {
  readonly directory: Directory;
  readonly mailboxes: Mailboxes;
  readonly contents: MailContents;
  readonly hasher: Hasher;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly sealer: TokenSealer;
  readonly delta: DeltaPolicy;
  readonly sent: SentLog;
  /** How long an import URL is good. */
  readonly importUrlMs: number;
}
