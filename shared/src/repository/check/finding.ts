import { AppError } from '../../errors/app-error.ts';
import type { ErrorCode } from '../../errors/codes.ts';

export interface Finding {
  /** error: something cannot be restored; warning: it can, yet a blob is not sound. */
  readonly severity: 'error' | 'warning' | 'note';
  readonly blob: string;
  readonly objectId: string | undefined;
  /**
   * Ids of affected items, in order, at most 1,000; more of them follow in further
   * findings. Empty with an objectId: all, or not known which.
   */
  readonly items: readonly string[];
  /** Restore points that show what is affected: `<job>/<point>`, at most 100, oldest first. */
  readonly points: readonly string[];
  /** Says what to do about it. */
  readonly code: ErrorCode;
  readonly message: string;
}

/** What a finding is about. */
export interface Subject {
  readonly blob: string;
  readonly severity?: Finding['severity'];
  readonly objectId?: string;
  readonly items?: readonly string[];
  readonly points?: readonly string[];
}

export const itemsPerFinding = 1_000;
const pointsMax = 100;

export function finding(subject: Subject, code: ErrorCode, message: string): Finding {
  const { blob, severity = 'error', objectId, items = [], points = [] } = subject;
  return { severity, blob, objectId, items, points: points.slice(-pointsMax), code, message };
}

/** A finding for each 1,000 items. */
export function* findingsOfItems(
  subject: Subject & { readonly items: readonly string[] },
  code: ErrorCode,
  message: string,
): Generator<Finding> {
  for (let at = 0; at < subject.items.length; at += itemsPerFinding) {
    const items = subject.items.slice(at, at + itemsPerFinding);
    yield finding({ ...subject, items }, code, message);
  }
}

/** The message of a read that failed for what is stored; undefined: it is sound. Else it throws. */
export async function problemOf(read: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** What an error that was met while checking says. One that may pass is thrown on. */
export function messageOf(error: unknown): string {
  if (!(error instanceof AppError) || error.retry === 'later') throw error;
  return error.message;
}
