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

/** Names that stand for folder ids in paths [Microsoft: mailfolder]. */
export const WELL_KNOWN_NAMES: readonly string[] = [
  'msgfolderroot',
  'inbox',
  'drafts',
  'sentitems',
  'deleteditems',
  'junkemail',
  'outbox',
  'archive',
  'conversationhistory',
  'clutter',
  'conflicts',
  'localfailures',
  'recoverableitemsdeletions',
  'scheduled',
  'searchfolders',
  'serverfailures',
  'syncissues',
];
