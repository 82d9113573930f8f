import type { Journal, SessionKey } from '../ports/journal.ts';

/** A time that the first process of a session fixed; every later one gets the same. */
export async function journalledTime(
  journal: Journal,
  key: SessionKey,
  { note, timeMs }: { readonly note: string; readonly timeMs: number },
): Promise<number> {
  const known = await journal.note(key.sessionId, note);
  if (known !== undefined) return Number(new TextDecoder().decode(known));
  await journal.write(key, { put: { [note]: new TextEncoder().encode(String(timeMs)) } });
  return timeMs;
}
