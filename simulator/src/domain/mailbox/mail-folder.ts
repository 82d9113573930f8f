/** One version of a folder; folders keep their id when they move [Microsoft: outlook-immutable-id]. */
export interface MailFolder {
  readonly key: number;
  /** Null: the root of the mailbox. */
  readonly parentKey: number | null;
  readonly displayName: string;
  /** `inbox`, `sentitems`…, whatever the language of the name. */
  readonly wellKnownName: string | null;
  /** `IPF.Note`, `IPF.Appointment`… */
  readonly folderClass: string;
  readonly isHidden: boolean;
  readonly isSearch: boolean;
  readonly seq: number;
}
