import { readFile } from 'node:fs/promises';
import type { ContentRef } from '../domain/mailbox/mail-item.ts';
import { type MailPlan, seededMail } from '../domain/seed/seeded-mail.ts';
import type { MailContents } from '../ports/mail-contents.ts';
import type { Spool } from '../ports/spool.ts';

/** Reads MIME bytes from where they are; only what clients hand in takes disk, nothing takes heap. */
export class MailContentsStore implements MailContents {
  readonly #spool: Spool;
  readonly #plan: MailPlan;

  constructor(spool: Spool, plan: MailPlan) {
    this.#spool = spool;
    this.#plan = plan;
  }

  async read(ref: ContentRef): Promise<Uint8Array> {
    if (ref.kind === 'seeded') return seededMail(this.#plan, ref.user, ref.index).mime();
    return ref.kind === 'file' ? readFile(ref.path) : this.#spool.read(ref);
  }

  async keep(bytes: Uint8Array): Promise<ContentRef> {
    return { kind: 'spooled', ...(await this.#spool.append(bytes)) };
  }
}
