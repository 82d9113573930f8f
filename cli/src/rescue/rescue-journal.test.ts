import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RescueJournal } from './rescue-journal.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firn-journal-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function aFile(n: number) {
  return { itemId: `item-${n}`, path: `Inbox/Mail ${n}.eml`, size: n, digest: `digest ${n}` };
}

it('knows files by item and by path whatever its case, also when it is opened again', async () => {
  const journal = await RescueJournal.open(folder, 'point', 'object');
  const files = Array.from({ length: 2_500 }, (_, n) => aFile(n));
  for (const file of files) journal.note(file);
  expect([...journal.files()]).toEqual(files);
  journal.close();
  const again = await RescueJournal.open(folder, 'point', 'object');
  expect(again.of('item-7')).toEqual({ path: 'Inbox/Mail 7.eml', size: 7 });
  expect([again.isTaken('INBOX/mail 7.EML'), again.isTaken('Inbox/Mail')]).toEqual([true, false]);
  expect([...again.files()]).toEqual(files);
  again.close();
});

it('forgets what is to be written again while it is read', async () => {
  const journal = await RescueJournal.open(folder, 'point', 'another');
  for (let n = 0; n < 10; n += 1) journal.note(aFile(n));
  for (const { itemId, size } of journal.files()) if (size % 2 === 0) journal.forget(itemId);
  expect([...journal.files()].map(({ size }) => size)).toEqual([1, 3, 5, 7, 9]);
  expect(journal.of('item-2')).toBeUndefined();
  journal.close();
});
