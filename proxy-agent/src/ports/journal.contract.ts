import { describe, expect, it } from 'vitest';
import type { Journal } from './journal.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) => value && new TextDecoder().decode(value);
const first = { sessionId: 's1', attempt: 1 };

/** What every journal does. @param open opens the same journal again on each call */
export function describeJournal(name: string, makeOpen: () => () => Promise<Journal>): void {
  describe(`journal contract: ${name}`, () => {
    const delivered = async (journal: Journal) =>
      (await journal.events(0, 100)).map((event) => [
        event.attempt,
        event.sequence,
        text(event.payload),
      ]);

    it('numbers the events of an attempt from 1 and keeps them until acknowledged', async () => {
      const journal = await makeOpen()();
      await journal.accept({ ...first, payload: bytes('work') });
      await journal.write(first, { events: [bytes('a'), bytes('b')] });
      await journal.write(first, { events: [bytes('c')] });
      expect(await delivered(journal)).toEqual([
        [1, 1, 'a'],
        [1, 2, 'b'],
        [1, 3, 'c'],
      ]);
      expect(await journal.acknowledge(first, 2)).toBe(false);
      expect(await delivered(journal)).toEqual([[1, 3, 'c']]);
      await journal.close();
    });

    it('pages through events in order', async () => {
      const journal = await makeOpen()();
      await journal.accept({ ...first, payload: bytes('work') });
      await journal.write(first, { events: [bytes('a'), bytes('b'), bytes('c')] });
      const page = await journal.events(0, 2);
      const rest = await journal.events(page[1]?.position ?? 0, 2);
      expect([...page, ...rest].map((event) => text(event.payload))).toEqual(['a', 'b', 'c']);
      await journal.close();
    });

    it('remembers everything after it was opened anew', async () => {
      const open = makeOpen();
      const before = await open();
      await before.accept({ ...first, payload: bytes('work') });
      await before.write(first, { events: [bytes('a')], put: { k: bytes('v') } });
      await before.close();
      const journal = await open();
      const [held] = await journal.assignments();
      expect({ ...held, payload: text(held?.payload) }).toEqual({
        ...first,
        payload: 'work',
        ended: false,
      });
      await journal.write(first, { events: [bytes('b')] });
      expect(await delivered(journal)).toEqual([
        [1, 1, 'a'],
        [1, 2, 'b'],
      ]);
      expect(text(await journal.note('s1', 'k'))).toBe('v');
      await journal.close();
    });

    it('forgets a session once its end was acknowledged, and not before', async () => {
      const journal = await makeOpen()();
      await journal.accept({ ...first, payload: bytes('work') });
      await journal.write(first, { events: [bytes('a'), bytes('end')], ends: true });
      expect(await journal.acknowledge(first, 1)).toBe(false);
      expect((await journal.assignments())[0]?.ended).toBe(true);
      expect(await journal.acknowledge(first, 2)).toBe(true);
      expect(await journal.assignments()).toEqual([]);
      await journal.close();
    });

    it('writes nothing behind the end', async () => {
      const journal = await makeOpen()();
      await journal.accept({ ...first, payload: bytes('work') });
      await journal.write(first, { events: [bytes('end')], ends: true });
      const late = journal.write(first, { events: [bytes('late')], put: { k: bytes('v') } });
      await expect(late).rejects.toMatchObject({ code: 'E_ASSIGNMENT_LOST' });
      expect(await delivered(journal)).toEqual([[1, 1, 'end']]);
      await journal.close();
    });

    it('hands a session with its notes over to a higher attempt, without its end', async () => {
      const journal = await makeOpen()();
      const second = { sessionId: 's1', attempt: 2 };
      await journal.accept({ ...first, payload: bytes('work') });
      await journal.write(first, { events: [bytes('a'), bytes('b')], put: { k: bytes('v') } });
      await journal.acknowledge(first, 1);
      await journal.write(first, { events: [bytes('end')], ends: true });
      await journal.accept({ ...second, payload: bytes('again') });
      expect(await delivered(journal)).toEqual([[2, 1, 'b']]);
      expect(text(await journal.note('s1', 'k'))).toBe('v');
      await journal.write(second, { events: [bytes('c')] });
      expect((await delivered(journal)).at(-1)).toEqual([2, 2, 'c']);
      await journal.close();
    });

    it('refuses lower attempts and writes for attempts it does not hold', async () => {
      const journal = await makeOpen()();
      await journal.accept({ sessionId: 's1', attempt: 2, payload: bytes('work') });
      const lost = { code: 'E_ASSIGNMENT_LOST' };
      await expect(journal.accept({ ...first, payload: bytes('old') })).rejects.toMatchObject(lost);
      await expect(journal.write(first, { events: [bytes('a')] })).rejects.toMatchObject(lost);
      expect(await delivered(journal)).toEqual([]);
      await journal.close();
    });

    it('accepts the same attempt twice and keeps what was written', async () => {
      const journal = await makeOpen()();
      await journal.accept({ ...first, payload: bytes('work') });
      await journal.write(first, { events: [bytes('a')] });
      await journal.accept({ ...first, payload: bytes('sealed anew') });
      expect(text((await journal.assignments())[0]?.payload)).toBe('sealed anew');
      expect(await delivered(journal)).toEqual([[1, 1, 'a']]);
      await journal.close();
    });

    it('finds notes by prefix and removes them with the events that replace them', async () => {
      const journal = await makeOpen()();
      await journal.accept({ ...first, payload: bytes('work') });
      const put = { 'result/b': bytes('2'), 'result/a': bytes('1'), other: bytes('3') };
      await journal.write(first, { put });
      expect([...(await journal.notes('s1', 'result/')).keys()]).toEqual(['result/a', 'result/b']);
      await journal.write(first, { events: [bytes('1')], remove: ['result/a'] });
      expect([...(await journal.notes('s1', 'result/')).keys()]).toEqual(['result/b']);
      await journal.close();
    });

    it('forgets a dropped session, but not a newer attempt of it', async () => {
      const journal = await makeOpen()();
      await journal.accept({ sessionId: 's1', attempt: 2, payload: bytes('work') });
      await journal.forget(first);
      expect(await journal.assignments()).toHaveLength(1);
      await journal.forget({ sessionId: 's1', attempt: 2 });
      expect(await journal.assignments()).toEqual([]);
      await journal.close();
    });

    it('orders many writes that wait together', async () => {
      const journal = await makeOpen()();
      await journal.accept({ ...first, payload: bytes('work') });
      const numbers = Array.from({ length: 300 }, (_, index) => String(index));
      await Promise.all(numbers.map((n) => journal.write(first, { events: [bytes(n)] })));
      const events = await journal.events(0, 1000);
      expect(events.map((event) => text(event.payload))).toEqual(numbers);
      expect(events.map((event) => event.sequence)).toEqual(numbers.map((n) => Number(n) + 1));
      await journal.close();
    });
  });
}
