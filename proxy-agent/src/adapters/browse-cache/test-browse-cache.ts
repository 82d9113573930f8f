import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeJson } from '@firn/shared/repository/json';
import type { ItemOrder } from '@firn/shared/repository/point/item-order';
import type { RunEntry } from '@firn/shared/repository/run/run-layout';
import type { BrowseCache, CacheState, ItemFilterQuery } from '../../ports/browse-cache.ts';
import { openSqliteBrowseCache } from './sqlite-browse-cache.ts';

export const mebibyte = 1024 * 1024;

export function aFolder(folderId: string, name = folderId, parentId?: string): RunEntry {
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

export function anItem(itemId: string, changes: ItemChanges = {}): RunEntry {
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

export function aState(state: string, objectId = 'mailbox'): CacheState {
  return { repositoryId: 'repository', jobId: 'job', objectId, state };
}

interface Fill {
  readonly levels?: readonly (readonly string[])[];
  readonly afresh?: boolean;
  readonly keepFromMs?: number;
}

export const fromStart = { after: undefined, itemsSinceMs: undefined };

export const noFilter: ItemFilterQuery = {
  text: undefined,
  fromMs: undefined,
  toMs: undefined,
  sizeMin: undefined,
  sizeMax: undefined,
  hasAttachment: undefined,
  type: undefined,
};

/** A browse cache in a folder of its own, and how the tests fill and ask it. */
export class TestBrowseCache {
  readonly folder: string;
  readonly path: string;
  cache: BrowseCache;
  nowMs = 1_800_000_000_000;

  private constructor(folder: string) {
    this.folder = folder;
    this.path = join(folder, 'browse-cache.db');
    this.cache = openSqliteBrowseCache({ path: this.path, bytesMax: 64 * mebibyte });
  }

  static async open(): Promise<TestBrowseCache> {
    return new TestBrowseCache(await mkdtemp(join(tmpdir(), 'firn-browse-')));
  }

  async close(): Promise<void> {
    await this.cache.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Another process opens the same file. */
  async reopened(bytesMax = 64 * mebibyte): Promise<void> {
    await this.cache.close();
    this.cache = openSqliteBrowseCache({ path: this.path, bytesMax });
  }

  async fill(state: CacheState, rows: readonly RunEntry[], options: Fill = {}) {
    const { cache, nowMs } = this;
    const { levels = [[state.state]], afresh = false, keepFromMs = nowMs } = options;
    const begun = await cache.begin({ ...state, levels, afresh, nowMs, keepFromMs });
    const result = await cache.add(begun.buildId, rows);
    const ended = result === 'added' && (await cache.end(begun.buildId));
    if (!ended) await cache.abandon(begun.buildId);
    return { ...begun, result, ended };
  }

  async listed(state: string, order: ItemOrder = 'date', limit = 100) {
    const query = { repositoryId: 'repository', state, folderId: 'inbox', order, limit };
    const page = await this.cache.folder({ ...query, ...fromStart });
    return page?.items.map(({ itemId }) => itemId);
  }

  async search(filter: Partial<ItemFilterQuery>, states = ['s1']) {
    const query = { repositoryId: 'repository', states, order: 'date', limit: 100 } as const;
    const found = await this.cache.search({
      ...query,
      filter: { ...noFilter, ...filter },
      ...fromStart,
    });
    return found.map(({ itemId }) => itemId).sort();
  }

  /** Which of them any of its files has, in any case. */
  async wordsInFiles(words: readonly string[]): Promise<string[]> {
    const names = await readdir(this.folder);
    const files = await Promise.all(
      names.map((name) => readFile(join(this.folder, name), 'latin1')),
    );
    return words.filter((word) => files.some((file) => file.toLowerCase().includes(word)));
  }

  async readyOf(...states: string[]) {
    const { nowMs } = this;
    return [...(await this.cache.ready({ repositoryId: 'repository', states, nowMs }))].sort();
  }
}
