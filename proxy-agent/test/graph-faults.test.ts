import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProtectedObject, Scope } from '../src/domain/protected-object.ts';
import type { RestoreOutcome, Source } from '../src/ports/source.ts';
import { MemoryCatalog, MemoryRestoreJournal } from './fakes/memory-catalog.ts';
import { RunningTenant } from './fakes/running-tenant.ts';

const signal = new AbortController().signal;
const scope: Scope = {
  entireOrganization: true,
  users: [],
  excludeUsers: [],
  mailboxes: true,
  oneDrives: true,
};

let tenant: RunningTenant;
let source: Source;
let mailbox: ProtectedObject;
let drive: ProtectedObject;

beforeAll(async () => {
  tenant = await RunningTenant.start({
    users: 1,
    'mails-per-user': 80,
    'files-per-user': 20,
    'mean-bytes': 4000,
  });
  // Waits only move the time; their lengths are tested elsewhere.
  let sleptMs = 0;
  const sleep = async (ms: number) => {
    sleptMs += ms;
  };
  const clock = { now: () => Date.now() + sleptMs, sleep };
  source = tenant.source({ clock });
  for await (const object of source.listObjects(scope, signal)) {
    if (object.kind === 'mailbox') mailbox = object;
    else drive = object;
  }
});
afterAll(() => tenant?.close());
beforeEach(() => tenant.admin('DELETE', 'faults'));

async function fault(route: string, action: object, rule: object = {}): Promise<void> {
  await tenant.admin('POST', 'faults', { route, action, ...rule });
}

async function backUp(object: ProtectedObject, catalog = new MemoryCatalog()) {
  const counts = await catalog.follow(await source.open(object));
  return { catalog, counts };
}

/** What is stored, without what only tells when and how it was stored. */
function stateOf(catalog: MemoryCatalog): unknown[] {
  return [...catalog.items.values()]
    .map(({ itemId, folderId, changeKey, content, failed }) =>
      [itemId, folderId, changeKey, ...content, failed?.code].join(' '),
    )
    .sort();
}

async function restore(object: ProtectedObject, catalog: MemoryCatalog) {
  const target = await source.openForRestore(object);
  const folders = await target.folders(catalog.allFolders(), signal);
  const journal = new MemoryRestoreJournal();
  const outcomes: RestoreOutcome[] = [];
  for await (const { outcome } of target.restore(
    catalog.restoreItems(),
    folders,
    journal,
    signal,
  )) {
    outcomes.push(outcome);
  }
  return outcomes.filter(({ status }) => status === 'failed').map(({ error }) => String(error));
}

describe('backing up a mailbox', () => {
  it.each([
    ['throttled answers', '*/admin/exchange/*', { status: 429, retryAfter: 0.5 }, { rate: 0.3 }],
    ['servers that fail without a body', '*', { status: 503, emptyBody: true }, { rate: 0.2 }],
    ['gateways that time out', '*/admin/exchange/*', { status: 504 }, { rate: 0.2 }],
    ['broken connections', '*/admin/exchange/*', { drop: true }, { rate: 0.02 }],
    ['answers cut short', '*exportItems*', { truncateAt: 0.5 }, { count: 3 }],
    ['empty pages', '*delta*', { quirk: 'empty-page' }, { count: 4 }],
    ['repeated items', '*delta*', { quirk: 'repeat-items' }, { rate: 0.5 }],
    ['tokens that die midway', '*delta*', { quirk: 'expire-token' }, { skip: 3, count: 3 }],
  ])('reads the same in spite of %s', async (_name, route, action, rule) => {
    const plain = await backUp(mailbox);
    await fault(route, action, rule);
    const faulty = await backUp(mailbox);
    expect(stateOf(faulty.catalog)).toEqual(stateOf(plain.catalog));
    expect(faulty.counts['item-failed']).toBeUndefined();
  });

  it('ends with an error when the service stays away, and stores no state', async () => {
    const catalog = new MemoryCatalog();
    await fault('*exportItems*', { status: 503 });
    await expect(backUp(mailbox, catalog)).rejects.toMatchObject({ code: 'E_SOURCE_UNAVAILABLE' });
    expect(catalog.syncState).toBeUndefined();
  });

  it('names what cannot be exported, and tries it again in the next session', async () => {
    await fault('*exportItems*', { status: 500, code: 'ErrorCorruptData' });
    const first = await backUp(mailbox);
    expect(first.counts['item-failed']).toBe(first.catalog.items.size);
    await tenant.admin('DELETE', 'faults');
    const second = await backUp(mailbox, first.catalog);
    expect(second.counts.item).toBe(first.catalog.items.size);
    expect([...second.catalog.items.values()].every(({ failed }) => failed === undefined)).toBe(
      true,
    );
  });
});

describe('backing up a OneDrive', () => {
  it.each([
    ['throttled answers', '*drive*', { status: 429, retryAfter: 0.5 }, { rate: 0.3 }],
    ['servers that fail without a body', '*', { status: 503, emptyBody: true }, { rate: 0.2 }],
    ['broken connections', '*', { drop: true }, { rate: 0.1 }],
    ['downloads cut short', '*download*', { truncateAt: 0.5 }, { rate: 0.3 }],
    ['empty pages', '*delta*', { quirk: 'empty-page' }, { count: 2 }],
    ['repeated items', '*delta*', { quirk: 'repeat-items' }, { rate: 1 }],
  ])('reads the same in spite of %s', async (_name, route, action, rule) => {
    const plain = await backUp(drive);
    await fault(route, action, rule);
    const faulty = await backUp(drive);
    expect(stateOf(faulty.catalog)).toEqual(stateOf(plain.catalog));
    expect(faulty.counts['item-failed']).toBeUndefined();
  });

  it('reads nothing again when its token has died', async () => {
    const { catalog } = await backUp(drive);
    await fault('*delta*', { quirk: 'expire-token' }, { count: 1 });
    const { counts } = await backUp(drive, catalog);
    expect(counts.item).toBeUndefined();
    expect(catalog.modes).toContain('full');
  });
});

describe('restoring', () => {
  it('puts each mail and file back exactly once, though answers are lost', async () => {
    const mails = await backUp(mailbox);
    const files = await backUp(drive);
    await tenant.admin('POST', 'freeze', { name: 'before' });
    await tenant.admin('POST', 'lose');
    await fault('*importItem*', { status: 503, applyFirst: true }, { rate: 0.2, id: 'lost' });
    await fault('*importItem*', { drop: true }, { rate: 0.1, id: 'dropped' });
    await fault('*importItem*', { status: 429 }, { rate: 0.1, id: 'throttled' });
    await fault('*upload*', { status: 503, applyFirst: true }, { rate: 0.2, id: 'upload' });
    expect(await restore(mailbox, mails.catalog)).toEqual([]);
    expect(await restore(drive, files.catalog)).toEqual([]);
    expect(await tenant.admin('GET', 'compare?snapshot=before')).toMatchObject({ mismatches: 0 });
  });
});
