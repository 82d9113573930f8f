import type { Journal, SessionKey } from '../../ports/journal.ts';
import type { RestoreJournal } from '../../ports/source.ts';

/** The restore journal of one object, kept as notes of its session. */
export function makeRestoreJournal(
  journal: Journal,
  key: SessionKey,
  objectId: string,
): RestoreJournal {
  const noteKey = (itemId: string) => `restore/${objectId}/${itemId}`;
  const write = (itemId: string, value: unknown) => {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    return journal.write(key, { put: { [noteKey(itemId)]: bytes } });
  };
  return {
    begin: (itemId, note) => write(itemId, { state: 'begun', note }),
    done: (itemId) => write(itemId, { state: 'done' }),
    async state(itemId) {
      const bytes = await journal.note(key.sessionId, noteKey(itemId));
      if (bytes === undefined) return { state: 'none' };
      return JSON.parse(new TextDecoder().decode(bytes)) as Awaited<
        ReturnType<RestoreJournal['state']>
      >;
    },
  };
}
