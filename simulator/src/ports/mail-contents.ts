import type { ContentRef } from '../domain/mailbox/mail-item.ts';

/** The MIME bytes of items, wherever they are: derived from the seed, spooled, or in files. */
export interface MailContents {
  read(ref: ContentRef): Promise<Uint8Array>;
  /** Keeps bytes that a client handed in. */
  keep(bytes: Uint8Array): Promise<ContentRef>;
}
