import type { User } from '../../domain/directory.ts';
import { Mailbox } from '../../domain/mailbox/mailbox.ts';
import { addStandardFolders } from '../../domain/mailbox/standard-folders.ts';
import { randomStream } from '../../domain/random-stream.ts';
import { drawGuid } from '../../domain/seed/seeded-users.ts';
import type { TruthJournal } from '../../domain/truth-journal.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Hasher } from '../../ports/hasher.ts';
import type { MailContents } from '../../ports/mail-contents.ts';
import { digestItem } from './item-digest.ts';

/** What mailboxes are built from. */
export interface MailboxesParts {
  readonly tenantId: string;
  readonly clock: Clock;
  readonly hasher: Hasher;
  readonly contents: MailContents;
  readonly journal: TruthJournal;
}

/** The mailboxes of the tenant, by user and by mailbox id. */
export class Mailboxes {
  readonly parts: MailboxesParts;
  readonly #byUser = new Map<string, Mailbox>();
  readonly #byGuid = new Map<string, Mailbox>();

  constructor(parts: MailboxesParts) {
    this.parts = parts;
  }

  /** Gives a user a mailbox with the standard folders in a language (`en`, `de`, `fr`). */
  add(user: User, language: string): Mailbox {
    const { tenantId, clock, journal } = this.parts;
    const guid = drawGuid(randomStream(`mailbox/${user.id}`));
    const mailbox = new Mailbox({
      guid,
      tenantId,
      userId: user.id,
      userPrincipalName: user.userPrincipalName,
      journal,
      nowMs: () => clock.nowMs(),
      digest: (item) => digestItem(item, this.parts),
    });
    addStandardFolders(mailbox, language);
    this.#byUser.set(user.id, mailbox);
    this.#byGuid.set(guid, mailbox);
    return mailbox;
  }

  ofUser(userId: string): Mailbox | undefined {
    return this.#byUser.get(userId);
  }

  /** Finds by `MBX:guid@tenant`, without regard to case. */
  byMailboxId(text: string): Mailbox | undefined {
    const parts = /^MBX:([0-9a-f-]{36})@([0-9a-f-]{36})$/i.exec(text);
    if (parts?.[2]?.toLowerCase() !== this.parts.tenantId) return undefined;
    return this.#byGuid.get(parts[1]?.toLowerCase() ?? '');
  }

  all(): readonly Mailbox[] {
    return [...this.#byUser.values()];
  }
}
