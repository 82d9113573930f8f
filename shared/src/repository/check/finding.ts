import { AppError } from '../../errors/app-error.ts';

export interface Finding {
  /** error: something cannot be restored; warning: it can, yet a blob is not sound. */
  readonly severity: 'error' | 'warning' | 'note';
  readonly blob: string;
  readonly objectId: string | undefined;
  /** Ids of the affected items, at most 1,000 per finding; empty with an objectId: all. */
  readonly items: readonly string[];
  readonly code: string;
  readonly message: string;
}

export interface Place {
  readonly blob: string;
  readonly severity?: Finding['severity'];
  readonly objectId?: string;
  readonly items?: readonly string[];
}

/** What an error that was met while checking says. Errors that are no damage are thrown on. */
export function findingOf(error: unknown, place: Place): Finding {
  if (!(error instanceof AppError) || error.retry === 'later') throw error;
  return finding(place, error.code, error.message);
}

export function finding(place: Place, code: string, message: string): Finding {
  const { blob, severity = 'error', objectId, items = [] } = place;
  return { severity, blob, objectId, items, code, message };
}

/** The finding of what throws; undefined: it is sound. */
export async function tried(
  place: Place,
  read: () => Promise<unknown>,
): Promise<Finding | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    return findingOf(error, place);
  }
}
