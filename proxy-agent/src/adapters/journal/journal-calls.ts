import type { ErrorCode } from '@firn/shared/errors/codes';

/** What the journal's thread can be asked; one for each method of its database. */
export type JournalMethod =
  | 'accept'
  | 'assignments'
  | 'write'
  | 'note'
  | 'notes'
  | 'events'
  | 'acknowledge'
  | 'forget';

export interface JournalCall {
  readonly id: number;
  readonly method: JournalMethod;
  readonly args: readonly unknown[];
}

export type JournalReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly code: ErrorCode; readonly message: string };
