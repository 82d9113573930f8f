/** A person in a message; `address` may be empty when the MIME names nobody. */
export interface Recipient {
  readonly name: string;
  readonly address: string;
}

/**
 * Everything that an item keeps through export and import. What the service assigns anew (ids,
 * change key, its created and modified stamps) is not here.
 */
export interface MailProps {
  readonly itemClass: string;
  readonly subject: string;
  readonly from: Recipient | null;
  readonly sender: Recipient | null;
  readonly to: readonly Recipient[];
  readonly cc: readonly Recipient[];
  readonly bcc: readonly Recipient[];
  readonly replyTo: readonly Recipient[];
  readonly internetMessageId: string;
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly isRead: boolean;
  readonly isDraft: boolean;
  readonly importance: 'low' | 'normal' | 'high';
  readonly categories: readonly string[];
  readonly flagStatus: 'notFlagged' | 'flagged' | 'complete';
  readonly readReceipt: boolean;
  readonly deliveryReceipt: boolean;
  readonly hasAttachments: boolean;
  readonly bodyPreview: string;
  readonly conversationTopic: string;
  /** Single-value extended properties by their id, e.g. `String 0x001A`. */
  readonly extended: Readonly<Record<string, string>>;
}

/** Where the MIME bytes of an item are. */
export type ContentRef =
  | { readonly kind: 'seeded'; readonly user: number; readonly index: number }
  | { readonly kind: 'spooled'; readonly offset: number; readonly sizeBytes: number }
  | { readonly kind: 'file'; readonly path: string };

/** One version of an item: records are replaced, never changed. */
export interface MailItem {
  /** Stable within the mailbox: what the immutable id is made of. */
  readonly key: number;
  /** Grows with every move: what the plain id is made of. */
  readonly placement: number;
  readonly folderKey: number;
  /** The mailbox's change number of this version. */
  readonly seq: number;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly props: MailProps;
  readonly content: ContentRef;
  readonly sizeBytes: number;
}
