/** What the thread of an index of shared contents can be asked. */
export type SharedChunkMethod = 'find' | 'add' | 'forgetPacks' | 'mark' | 'setMark' | 'clear';

export interface SharedChunkCall {
  readonly id: number;
  readonly method: SharedChunkMethod;
  readonly args: readonly unknown[];
}

export type SharedChunkReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failed: string };

/** What the thread is given when it begins. */
export interface SharedChunkThreadData {
  readonly path: string;
  readonly chunksMax: number;
  /** Of the PresenceFilter, empty. */
  readonly filter: SharedArrayBuffer;
}
