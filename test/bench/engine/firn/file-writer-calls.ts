/** A part of a file's content, in the memory that comes with it. */
export interface FilePart {
  /** Of the file, as long as it is written. */
  readonly id: number;
  /** With the first part. */
  readonly path?: string;
  readonly at: number;
  readonly length: number;
  /** With the last part. */
  readonly end?: { readonly mode: number; readonly modifiedMs: number };
}

export interface FileWriterCall {
  readonly memory: ArrayBuffer;
  readonly parts: readonly FilePart[];
}

/** The memory comes back, to be filled again. */
export interface FileWriterReply {
  readonly memory: ArrayBuffer;
}
