import { isAppError } from '../../errors/app-error.ts';
import type { LogEntry } from './entry.ts';
import { logName } from './names.ts';
import { backoffMs } from './patience.ts';
import { type LogReading, readEntry } from './read-log.ts';
import type { LogRules } from './rules.ts';
import type { StoredEntry } from './state.ts';

/** What lies at n in the end, and whether it is what was put. */
export interface PutOutcome {
  readonly won: boolean;
  readonly stored: StoredEntry;
}

/**
 * Rule 2. Puts an entry at its n and does not rest before it knows what lies
 * there: after any reply the entry is read back. While n is empty the same bytes
 * are put again, since an earlier put of them may still arrive. An error that does
 * not pass, or the signal, ends it with the outcome unknown.
 */
export async function putEntry(
  reading: LogReading,
  rules: Pick<LogRules, 'isOwn'>,
  entry: LogEntry,
): Promise<PutOutcome> {
  const bytes = await reading.codec.encodeEntry(entry);
  for (let tries = 1; ; tries += 1) {
    await putOnce(reading, entry.n, bytes);
    const stored = await readEntry(reading, entry.n);
    if (stored !== undefined) return { won: rules.isOwn(stored.entry, entry), stored };
    await reading.clock.sleep(backoffMs(tries), reading.signal);
  }
}

/** Leaves every unclear reply to the reading back. */
async function putOnce(reading: LogReading, n: number, bytes: Uint8Array): Promise<void> {
  const { store, signal } = reading;
  try {
    await store.put(logName(n), bytes, signal ? { ifAbsent: true, signal } : { ifAbsent: true });
  } catch (error) {
    const isForReading =
      isAppError(error) && (error.retry === 'later' || error.code === 'E_BLOB_EXISTS');
    if (!isForReading) throw error;
  }
}
