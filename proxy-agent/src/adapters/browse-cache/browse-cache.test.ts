import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeJson } from '@firn/shared/repository/json';
import type { ItemOrder } from '@firn/shared/repository/point/item-order';
import { positionOf } from '@firn/shared/repository/point/item-order';
import type { RunEntry } from '@firn/shared/repository/run/run-layout';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  BrowseCache,
  CacheState,
  FoundPosition,
  ItemFilterQuery,
} from '../../ports/browse-cache.ts';
import { openSqliteBrowseCache } from './sqlite-browse-cache.ts';

const mebibyte = 1024 * 1024;
const minuteMs = 60_000;

let folder: string;
let path: string;
let cache: BrowseCache;
let nowMs: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firn-browse-'));
  path = join(folder, 'browse-cache.db');
  cache = openSqliteBrowseCache({ path, bytesMax: 64 * mebibyte });
  nowMs = 1_800_000_000_000;
});
afterEach(async () => {
  await cache.close();
  await rm(folder, { recursive: true, force: true });
});

/** Another process opens the same file. */
async function reopened(bytesMax = 64 * mebibyte): Promise<void> {
  await cache.close();
  cache = openSqliteBrowseCache({ path, bytesMax });
}

function aFolder(folderId: string, name = folderId, parentId?: string): RunEntry {
  const row = { folderId, parentId, name, type: 'IPF.Note', properties: {} };
  return { key: `f${folderId}`, value: encodeJson(row) };
}

interface ItemChanges {
  readonly folderId?: string;
  readonly name?: string;
  readonly type?: string;
  readonly size?: number;
  readonly date?: string;
  readonly columns?: Readonly<Record<string, unknown>>;
}

function anItem(itemId: string, changes: ItemChanges = {}): RunEntry {
  const row = {
    itemId,
    folderId: 'inbox',
    name: `mail ${itemId}`,
    type: 'IPM.Note',
    changeKey: '1',
    size: 1_000,
    date: '2026-01-02T03:04:05Z',
    columns: {},
    properties: {},
    format: 'fts',
    content: ['0'.repeat(64)],
    contentDigest: '',
    ...changes,
  };
  return { key: `i${itemId}`, value: encodeJson(row) };
}

function aState(state: string, objectId = 'mailbox'): CacheState {
  return { repositoryId: 'repository', jobId: 'job', objectId, state };
}

interface Fill {
  readonly levels?: readonly (readonly string[])[];
  readonly afresh?: boolean;
  readonly keepFromMs?: number;
}

async function fill(state: CacheState, rows: readonly RunEntry[], options: Fill = {}) {
  const { levels = [[state.state]], afresh = false, keepFromMs = nowMs } = options;
  const begun = await cache.begin({ ...state, levels, afresh, nowMs, keepFromMs });
  const result = await cache.add(begun.buildId, rows);
  const ended = result === 'added' && (await cache.end(begun.buildId));
  if (!ended) await cache.abandon(begun.buildId);
  return { ...begun, result, ended };
}

async function listed(state: string, order: ItemOrder = 'date', limit = 100) {
  const query = { repositoryId: 'repository', state, folderId: 'inbox', order, limit };
  const page = await cache.folder({ ...query, ...fromStart });
  return page?.items.map(({ itemId }) => itemId);
}

const fromStart = { after: undefined, itemsSinceMs: undefined };

const noFilter: ItemFilterQuery = {
  text: undefined,
  fromMs: undefined,
  toMs: undefined,
  sizeMin: undefined,
  sizeMax: undefined,
  hasAttachment: undefined,
  type: undefined,
};

async function search(filter: Partial<ItemFilterQuery>, states = ['s1']) {
  const query = { repositoryId: 'repository', states, order: 'date', limit: 100 } as const;
  const found = await cache.search({
    ...query,
    filter: { ...noFilter, ...filter },
    ...fromStart,
  });
  return found.map(({ itemId }) => itemId).sort();
}

const readyOf = async (...states: string[]) =>
  [...(await cache.ready({ repositoryId: 'repository', states, nowMs }))].sort();

/** So large that a thousand items have more than 1 MiB. */
const columns = { note: 'x'.repeat(1_200) };

describe('browse cache', () => {
  it('answers pages of a folder in every order, with its total', async () => {
    const items = Array.from({ length: 9 }, (_, n) =>
      anItem(`i${n}`, {
        name: `n${(n * 5) % 9}`,
        size: (n * 7) % 9,
        date: new Date((n * 4) % 9).toISOString(),
      }),
    );
    await fill(aState('s1'), [aFolder('inbox'), ...items, anItem('z', { folderId: 'sent' })]);
    for (const order of ['date', 'name', 'size'] as const) {
      const all = await listed('s1', order);
      const paged: string[] = [];
      let after: readonly [string | number, string] | undefined;
      for (;;) {
        const query = { repositoryId: 'repository', state: 's1', folderId: 'inbox', order, after };
        const page = await cache.folder({ ...query, limit: 2, itemsSinceMs: undefined });
        expect(page?.total).toBe(9);
        const last = page?.items.at(-1);
        if (page === undefined || last === undefined) break;
        paged.push(...page.items.map(({ itemId }) => itemId));
        after = positionOf(order, last);
      }
      expect(paged).toEqual(all);
      expect(new Set(paged).size).toBe(9);
    }
    expect(await listed('s1', 'size')).toEqual([
      'i5',
      'i1',
      'i6',
      'i2',
      'i7',
      'i3',
      'i8',
      'i4',
      'i0',
    ]);
  });

  it('knows nothing of a state before its end, nor after it was abandoned', async () => {
    const begun = await cache.begin({
      ...aState('s1'),
      ...{ levels: [['s1']], afresh: false, nowMs, keepFromMs: nowMs },
    });
    await cache.add(begun.buildId, [aFolder('inbox'), anItem('a')]);
    expect([await readyOf('s1'), await listed('s1')]).toEqual([[], undefined]);
    expect(await search({ text: 'mail' })).toEqual([]);
    await cache.abandon(begun.buildId);
    expect(await cache.end(begun.buildId)).toBe(false);
    expect(await readyOf('s1')).toEqual([]);
  });

  it('keeps what was ended, and forgets what was being built, when it is opened again', async () => {
    await fill(aState('s1'), [aFolder('inbox'), anItem('a')]);
    const levels = [['s2']];
    const begun = await cache.begin({
      ...aState('s2'),
      levels,
      afresh: true,
      nowMs,
      keepFromMs: 0,
    });
    await cache.add(begun.buildId, [anItem('b')]);
    await reopened();
    expect(await readyOf('s1', 's2')).toEqual(['s1']);
    expect(await search({ text: 'mail' }, ['s1', 's2'])).toEqual(['a']);
    expect(await cache.add(begun.buildId, [anItem('c')])).toBe('gone');
  });

  it('takes over the rows of an older state, and changes only what changed', async () => {
    const first = [aFolder('inbox'), anItem('a'), anItem('b', { name: 'old name' }), anItem('c')];
    await fill(aState('s1'), first, { levels: [['base']] });
    nowMs += 11 * minuteMs;
    const changes = [
      anItem('b', { name: 'new name' }),
      { key: 'ic', value: undefined },
      anItem('d'),
    ];
    const begun = await fill(aState('s2'), changes, { levels: [['delta'], ['base']] });
    expect(begun).toMatchObject({ heldLevels: 1, ended: true });
    expect(await readyOf('s1', 's2')).toEqual(['s2']);
    expect((await listed('s2'))?.toSorted()).toEqual(['a', 'b', 'd']);
    expect(await search({ text: 'old' }, ['s2'])).toEqual([]);
    expect(await search({ text: 'new name' }, ['s2'])).toEqual(['b']);
  });

  it('takes over nothing of a state that is looked into, or that has other runs', async () => {
    await fill(aState('s1'), [anItem('a')], { levels: [['base']] });
    expect(await fill(aState('s2'), [anItem('a')], { levels: [['d'], ['base']] })).toMatchObject({
      heldLevels: 0,
    });
    nowMs += 11 * minuteMs;
    expect(await fill(aState('s3'), [anItem('a')], { levels: [['merged']] })).toMatchObject({
      heldLevels: 0,
    });
    expect(await readyOf('s1', 's2', 's3')).toEqual(['s1', 's2', 's3']);
  });

  it('asks to start over when a folder has another name or place', async () => {
    await fill(aState('s1'), [aFolder('inbox'), anItem('a')], { levels: [['base']] });
    nowMs += 11 * minuteMs;
    const renamed = await fill(aState('s2'), [aFolder('inbox', 'Renamed')], {
      levels: [['delta'], ['base']],
    });
    expect(renamed).toMatchObject({ heldLevels: 1, result: 'start-over' });
    expect(await readyOf('s1', 's2')).toEqual([]);
  });

  it('stays within its size, giving up what was used longest ago', async () => {
    await reopened(4 * mebibyte);
    const items = Array.from({ length: 1_000 }, (_, n) =>
      anItem(`i${n}`, { name: `subject ${n}`, columns }),
    );
    for (let n = 1; n <= 6; n += 1) {
      nowMs += minuteMs;
      expect(await fill(aState(`s${n}`, `mailbox-${n}`), items)).toMatchObject({ ended: true });
    }
    const left = await readyOf('s1', 's2', 's3', 's4', 's5', 's6');
    expect(left).toContain('s6');
    expect(left).not.toContain('s1');
    await cache.close();
    expect((await stat(path)).size).toBeLessThan(8 * mebibyte);
  });

  it('has no room for more than its size when everything else must be kept', async () => {
    await reopened(4 * mebibyte);
    const items = Array.from({ length: 1_500 }, (_, n) => anItem(`i${n}`, { columns }));
    await fill(aState('s1', 'a'), items);
    expect(await fill(aState('s2', 'b'), items, { keepFromMs: nowMs })).toMatchObject({
      result: 'full',
    });
    expect(await readyOf('s1', 's2')).toEqual(['s1']);
  });

  it('forgets an object in all its states', async () => {
    await fill(aState('s1', 'a'), [anItem('x')]);
    await fill(aState('s2', 'b'), [anItem('y')]);
    await cache.forget('repository', ['a']);
    expect(await readyOf('s1', 's2')).toEqual(['s2']);
    expect(await search({ text: 'mail' }, ['s1', 's2'])).toEqual(['y']);
  });
});

describe('the file of the browse cache', () => {
  it('is made anew when it is garbage', async () => {
    await cache.close();
    await writeFile(path, 'this is no database'.repeat(1_000));
    cache = openSqliteBrowseCache({ path, bytesMax: mebibyte });
    expect(await readyOf('s1')).toEqual([]);
    expect(await fill(aState('s1'), [anItem('a')])).toMatchObject({ ended: true });
  });

  it('may be deleted while it is used', async () => {
    await fill(aState('s1'), [anItem('a')]);
    const begun = await cache.begin({
      ...aState('s2'),
      ...{ levels: [['s2']], afresh: true, nowMs, keepFromMs: 0 },
    });
    for (const name of await readdir(folder)) await rm(join(folder, name));
    expect(await readyOf('s1')).toEqual([]);
    expect(await cache.add(begun.buildId, [anItem('b')])).toBe('gone');
    expect(await fill(aState('s1'), [anItem('a')])).toMatchObject({ ended: true });
    expect(await search({ text: 'mail' })).toEqual(['a']);
  });

  it('that cannot be made is told', async () => {
    await cache.close();
    await writeFile(join(folder, 'occupied'), '');
    cache = openSqliteBrowseCache({ path: join(folder, 'occupied', 'x.db'), bytesMax: mebibyte });
    await expect(readyOf('s1')).rejects.toMatchObject({ code: 'E_BROWSE_CACHE_FAILED' });
  });
});

describe('search', () => {
  const sender = { fromName: 'Zoë Übermut', fromAddress: 'zoe@example.com', to: 'Anna; Ben' };

  it('finds words by their beginning in name, sender, recipients and folder', async () => {
    await fill(aState('s1'), [
      aFolder('inbox', 'Inbox'),
      aFolder('year', 'Jahresabschluss', 'inbox'),
      anItem('a', { name: 'Quarterly report', columns: sender }),
      anItem('b', { name: 'Lunch', folderId: 'year' }),
    ]);
    for (const text of ['quarter', 'REPORT quart', 'zoe', 'uber', 'zoe@example.com', 'ben lunch']) {
      expect([text, await search({ text })]).toEqual([text, text === 'ben lunch' ? [] : ['a']]);
    }
    expect(await search({ text: 'jahres' })).toEqual(['b']);
    expect(await search({ text: 'inbox' })).toEqual(['a', 'b']);
    expect(await search({ text: 'eport' })).toEqual([]);
  });

  it('takes quotes for phrases, and nothing for syntax', async () => {
    await fill(aState('s1'), [
      anItem('a', { name: 'annual report 2025' }),
      anItem('b', { name: 'report annual' }),
      anItem('c', { name: "Robert'); DROP TABLE items;--" }),
    ]);
    expect(await search({ text: '"annual report"' })).toEqual(['a']);
    expect(await search({ text: '"report annual' })).toEqual(['b']);
    expect(await search({ text: "'); DROP TABLE items;--" })).toEqual(['c']);
    const odd = [
      'name:report',
      'report OR',
      'NEAR(',
      '*',
      '^report',
      '-',
      '"',
      '""',
      '{a}:b',
      '\0',
    ];
    for (const text of [...odd, 'a AND NOT b', 'report*"', '(((', '\ud800', "' OR 1=1 --"]) {
      await expect(search({ text })).resolves.toBeInstanceOf(Array);
    }
    expect(await search({ text: '!!!' })).toEqual([]);
    expect(await search({ text: 'report AND annual' })).toEqual([]);
    expect(await search({ text: '   ' })).toEqual(['a', 'b', 'c']);
  });

  it('finds parts of scripts without blanks, and emoji', async () => {
    await fill(aState('s1'), [
      anItem('a', { name: '四半期の報告書について' }),
      anItem('b', { name: 'launch🚀done' }),
      anItem('c', { name: 'รายงานประจำปี' }),
    ]);
    expect(await search({ text: '報告書' })).toEqual(['a']);
    expect(await search({ text: '書報' })).toEqual([]);
    expect(await search({ text: '🚀' })).toEqual(['b']);
    expect(await search({ text: 'launch' })).toEqual(['b']);
    expect(await search({ text: 'ประจำ' })).toEqual(['c']);
  });

  it('filters by date, size, attachment and class', async () => {
    await fill(aState('s1'), [
      anItem('a', { size: 10, date: '2026-01-01T00:00:00Z', type: 'IPM.Note.SMIME' }),
      anItem('b', { size: 20, date: '2026-02-01T00:00:00Z', columns: { hasAttachments: true } }),
      anItem('c', { size: 30, date: '2026-03-01T00:00:00Z', type: 'IPM.Notes' }),
    ]);
    expect(await search({ fromMs: Date.UTC(2026, 1), toMs: Date.UTC(2026, 2) })).toEqual(['b']);
    expect(await search({ sizeMin: 20, sizeMax: 20 })).toEqual(['b']);
    expect(await search({ hasAttachment: false })).toEqual(['a', 'c']);
    expect(await search({ type: 'ipm.note' })).toEqual(['a', 'b']);
    expect(await search({ type: 'IPM_Note' })).toEqual([]);
    expect(await search({ text: 'mail', sizeMin: 20, type: 'IPM.Note' })).toEqual(['b']);
  });

  it('goes over chosen objects in pages that neither lose nor repeat', async () => {
    for (const object of ['m1', 'm2', 'm3']) {
      await fill(aState(object, object), [
        aFolder('inbox', 'Inbox'),
        ...Array.from({ length: 5 }, (_, n) => anItem(`i${n}`)),
      ]);
    }
    for (const order of ['date', 'name', 'size'] as const) {
      const seen: string[] = [];
      let after: FoundPosition | undefined;
      for (;;) {
        const found = await cache.search({
          ...{ repositoryId: 'repository', states: ['m1', 'm3'], order, after, limit: 4 },
          ...{ filter: { ...noFilter, text: 'mail inbox' }, itemsSinceMs: undefined },
        });
        const last = found.at(-1);
        if (last === undefined) break;
        seen.push(...found.map(({ objectId, itemId, path: at }) => `${at}/${objectId}/${itemId}`));
        after = [...positionOf(order, last), last.objectId] as const;
      }
      expect(new Set(seen).size).toBe(10);
      expect(seen.length).toBe(10);
      expect(seen.every((each) => /^Inbox\/m[13]\//.test(each))).toBe(true);
    }
  });

  it('shows and finds nothing that is older than is asked for, but what has no date', async () => {
    await fill(aState('s1'), [
      aFolder('inbox'),
      anItem('dateless', { date: '' }),
      anItem('old', { date: '2026-01-01T00:00:00Z' }),
      anItem('young', { date: '2026-02-01T00:00:00Z' }),
    ]);
    const itemsSinceMs = Date.parse('2026-01-15T00:00:00Z');
    const order: ItemOrder = 'name';
    const place = { repositoryId: 'repository', order, limit: 10 };
    const asked = { ...place, after: undefined, itemsSinceMs };
    const page = await cache.folder({ ...asked, state: 's1', folderId: 'inbox' });
    expect(page?.items.map(({ itemId }) => itemId)).toEqual(['dateless', 'young']);
    expect(page?.total).toBe(2);
    const found = await cache.search({ ...asked, states: ['s1'], filter: noFilter });
    expect(found.map(({ itemId }) => itemId)).toEqual(['dateless', 'young']);
  });
});
