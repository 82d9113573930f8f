import { isRecord, type JsonRecord, recordAt, recordsAt, textAt } from '../client/json-value.ts';
import type { Removal } from './rounds.ts';

/** What a mailbox's next session needs; JSON of version 1 inside the object's sync state. */
export interface MailboxSyncState {
  readonly mailboxId: string;
  /** The folders' delta link, whole. */
  readonly foldersLink: string;
  /** Each followed folder's delta link, whole, by folder id. */
  readonly itemLinks: ReadonlyMap<string, string>;
  /** Folders that are not backed up: search folders, recoverable items. */
  readonly excluded: ReadonlySet<string>;
  /** Removals that need one more round. */
  readonly suspects: readonly Removal[];
  /** Folder by item of what could not be read. */
  readonly failed: ReadonlyMap<string, string>;
}

const version = 1;

export function encodeMailboxState(state: MailboxSyncState): Uint8Array {
  const json = {
    version,
    mailboxId: state.mailboxId,
    foldersLink: state.foldersLink,
    itemLinks: Object.fromEntries(state.itemLinks),
    excluded: [...state.excluded],
    suspects: state.suspects,
    failed: Object.fromEntries(state.failed),
  };
  return new TextEncoder().encode(JSON.stringify(json));
}

/** undefined: not a state that this version understands, so everything is enumerated. */
export function decodeMailboxState(bytes: Uint8Array): MailboxSyncState | undefined {
  const json = parse(bytes);
  if (json === undefined || json['version'] !== version) return undefined;
  const mailboxId = textAt(json, 'mailboxId');
  const foldersLink = textAt(json, 'foldersLink');
  if (mailboxId === undefined || foldersLink === undefined) return undefined;
  const excluded = json['excluded'];
  return {
    mailboxId,
    foldersLink,
    itemLinks: textMap(recordAt(json, 'itemLinks')),
    excluded: new Set(Array.isArray(excluded) ? excluded.map(String) : []),
    suspects: recordsAt(json, 'suspects').map((entry) => ({
      folderId: textAt(entry, 'folderId') ?? '',
      itemId: textAt(entry, 'itemId') ?? '',
    })),
    failed: textMap(recordAt(json, 'failed')),
  };
}

function parse(bytes: Uint8Array): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function textMap(record: JsonRecord | undefined): Map<string, string> {
  const entries = Object.entries(record ?? {}).map(([key, value]) => [key, String(value)] as const);
  return new Map(entries);
}
