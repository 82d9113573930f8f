import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openSqliteJournal } from '../src/adapters/journal/sqlite-journal.ts';
import { describeJournal } from '../src/ports/journal.contract.ts';
import { MemoryJournal } from './fakes/memory-journal.ts';

let folder = '';
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firn-journal-'));
});
afterAll(() => rm(folder, { recursive: true }));

describeJournal('sqlite', () => {
  const path = join(folder, `journal-${++files}.db`);
  return () => openSqliteJournal(path);
});

describeJournal('memory', () => {
  const journal = new MemoryJournal();
  return async () => journal;
});
