/** What kind of content a truth entry speaks of. */
export type TruthKind = 'mail' | 'file';

/** A folder as the domain model knows it; `parentKey` null is the root (its name is not part of paths). */
export interface TruthFolder {
  readonly kind: TruthKind;
  readonly user: string;
  readonly key: string;
  readonly parentKey: string | null;
  readonly name: string;
}

/**
 * An item as the domain model knows it. `digest` yields SHA-256 (hex) over the canonical content
 * and properties, leaving out what the service assigns anew (id, change key, etags, its own
 * created and modified stamps; a file's `fileSystemInfo` counts). It MUST speak of the state at
 * the time of the call to `putItem`, whenever it is asked.
 */
export interface TruthItem {
  readonly kind: TruthKind;
  readonly user: string;
  readonly key: string;
  readonly folderKey: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly digest: () => Promise<string>;
}

/**
 * The domain models report every change here, whoever caused it. Keys are internal and stable:
 * they survive moves and renames and never appear in a response. Keys must be unique per
 * (kind, user).
 */
export interface TruthJournal {
  /** A folder was made, renamed or moved. */
  putFolder(folder: TruthFolder): void;
  /** A folder went; its items and sub-folders are reported one by one before it. */
  dropFolder(folder: Pick<TruthFolder, 'kind' | 'user' | 'key'>): void;
  /** An item was made, changed or moved. */
  putItem(item: TruthItem): void;
  dropItem(item: Pick<TruthItem, 'kind' | 'user' | 'key'>): void;
}
