/**
 * Rows of an object's catalog. Stored as JSON (docs/repository-format.md,
 * "Catalog"); keys are the service's ids, opaque and case-sensitive.
 */
export interface CatalogFolder {
  readonly folderId: string;
  /** undefined: at the top of the object. */
  readonly parentId: string | undefined;
  readonly name: string;
  /** What the service calls it: `IPF.Note`, `folder`, … */
  readonly type: string;
  /** `inbox`, `root`, …: names one place in every mailbox or drive. */
  readonly wellKnownName: string | undefined;
  /** Service properties that a restore needs. */
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface CatalogItem {
  readonly itemId: string;
  readonly folderId: string;
  /** Subject, or file name. */
  readonly name: string;
  /** `IPM.Note`, `file`, … */
  readonly type: string;
  /** Changes whenever the item does: change key, or cTag. */
  readonly changeKey: string;
  /** Declared by the service, bytes. */
  readonly size: number;
  /** Received or last modified, ISO 8601. Orders the archive packs. */
  readonly date: string;
  /** For browsing: sender, recipients, flags. Small. */
  readonly columns: Readonly<Record<string, unknown>>;
  /** Service properties that a restore needs (a file's fileSystemInfo). */
  readonly properties: Readonly<Record<string, unknown>>;
  /** What content is: `fts` (an Exchange export stream) or `file`. */
  readonly format: 'fts' | 'file';
  /** Content ids in order, hex. One, or several chunks of a large file; none: empty. */
  readonly content: readonly string[];
  /** How the contents make up the item's bytes; undefined: end to end. */
  readonly recipe?: readonly RecipePart[] | undefined;
  /** Set when the newest state could not be read. */
  readonly failed?: FailedRead | undefined;
}

/** Code and message of the last try. */
export interface FailedRead {
  readonly code: string;
  readonly message: string;
  readonly sinceMs: number;
  /** No older state is stored either: there is no content. */
  readonly neverStored?: boolean | undefined;
}

/** Lines of base64: `lineEnd` after every `lineLength` characters unless nothing follows. */
export interface Base64Lines {
  /** Characters; 0: one line. */
  readonly lineLength: number;
  readonly lineEnd: '\r\n' | '\n';
}

/** docs/repository-format.md, "Joined contents". */
export interface RecipePart {
  /** How many of the item's contents, in order. */
  readonly contents: number;
  /** Set: the item has the contents encoded. */
  readonly base64?: Base64Lines | undefined;
}
