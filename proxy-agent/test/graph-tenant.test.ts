import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProtectedObject, Scope } from '../src/domain/protected-object.ts';
import type { RestoreOutcome, Source } from '../src/ports/source.ts';
import { MemoryCatalog, MemoryRestoreJournal } from './fakes/memory-catalog.ts';
import { RunningTenant } from './fakes/running-tenant.ts';

const signal = new AbortController().signal;
const everything: Scope = {
  entireOrganization: true,
  users: [],
  excludeUsers: [],
  mailboxes: true,
  oneDrives: true,
};

let tenant: RunningTenant;
let source: Source;
let objects: ProtectedObject[];
const catalogs = new Map<string, MemoryCatalog>();

beforeAll(async () => {
  tenant = await RunningTenant.start({
    users: 2,
    'odd-users': true,
    'mails-per-user': 60,
    'files-per-user': 15,
    'mean-bytes': 8000,
  });
  source = tenant.source();
  objects = await list(source, everything);
});
afterAll(() => tenant?.close());

async function list(from: Source, scope: Scope): Promise<ProtectedObject[]> {
  const found: ProtectedObject[] = [];
  for await (const object of from.listObjects(scope, signal)) found.push(object);
  return found;
}

function catalogOf({ id }: ProtectedObject): MemoryCatalog {
  const catalog = catalogs.get(id) ?? new MemoryCatalog();
  catalogs.set(id, catalog);
  return catalog;
}

async function backUp(object: ProtectedObject) {
  return catalogOf(object).follow(await source.open(object));
}

async function restore(object: ProtectedObject): Promise<RestoreOutcome[]> {
  const catalog = catalogOf(object);
  const target = await source.openForRestore(object);
  const folders = await target.folders(catalog.allFolders(), signal);
  const journal = new MemoryRestoreJournal();
  const outcomes: RestoreOutcome[] = [];
  const items = catalog.restoreItems();
  for await (const { outcome } of target.restore(items, folders, journal, signal)) {
    outcomes.push(outcome);
  }
  return outcomes;
}

const compare = (snapshot: string) => tenant.admin('GET', `compare?snapshot=${snapshot}`);

describe('a graph source on a tenant', () => {
  it('lists mailboxes and OneDrives, and notes who has none', () => {
    expect(objects.length).toBeGreaterThanOrEqual(4);
    expect(new Set(objects.map(({ id }) => id)).size).toBe(objects.length);
    expect(tenant.notes.some((note) => note.includes('has no mailbox'))).toBe(true);
    expect(tenant.notes.some((note) => note.includes('has no OneDrive'))).toBe(true);
  });

  it('takes chosen users by name in any case, once, without the excluded', async () => {
    const [first] = objects;
    const name = first?.userPrincipalName.toUpperCase() ?? '';
    const scope = { ...everything, entireOrganization: false, users: [name, first?.userId ?? ''] };
    expect((await list(source, scope)).map(({ kind }) => kind)).toEqual(['mailbox', 'onedrive']);
    expect(await list(source, { ...scope, excludeUsers: [name] })).toEqual([]);
  });

  it('names all users of a scope who do not exist', async () => {
    const scope = {
      ...everything,
      entireOrganization: false,
      users: ['no@x.example', 'nor@x.example'],
    };
    await expect(list(source, scope)).rejects.toMatchObject({
      code: 'E_SOURCE_USER_NOT_FOUND',
      message: expect.stringMatching(/no@x\.example, nor@x\.example/),
    });
  });

  it('reads everything first, then nothing, then what changed', async () => {
    for (const object of objects) {
      const counts = await backUp(object);
      expect(counts).toMatchObject({ mode: 1, state: 1 });
      expect(counts['item-failed']).toBeUndefined();
      expect(catalogOf(object).modes).toEqual(['full']);
      expect(await backUp(object)).toEqual({ mode: 1, state: 1 });
    }
    await tenant.admin('POST', 'mutate', { seed: 3 });
    for (const object of objects) await backUp(object);
    const mails = [...catalogs].flatMap(([id, { items }]) =>
      id.startsWith('mailbox') ? [...items.values()] : [],
    );
    const describedShare =
      mails.filter(({ columns }) => columns['subject'] !== undefined).length / mails.length;
    expect(describedShare).toBeGreaterThan(0.9);
  });

  it('reads nothing again when all tokens have died', async () => {
    await tenant.admin('POST', 'delta-tokens', { expireAll: true });
    for (const object of objects) {
      const counts = await backUp(object);
      expect(counts).toEqual({ mode: counts.mode, state: 1 });
      expect(catalogOf(object).modes).toContain('full');
    }
  });

  it('gives back a lost tenant, and sends nothing', async () => {
    await tenant.admin('POST', 'freeze', { name: 'before' });
    await tenant.admin('POST', 'lose');
    for (const object of objects) {
      const outcomes = await restore(object);
      expect(outcomes.filter(({ status }) => status !== 'created')).toEqual([]);
    }
    expect(await compare('before')).toMatchObject({ mismatches: 0 });
    expect(await tenant.admin('GET', 'sent')).toEqual([]);
  });

  it('leaves alone what is there, unchanged', async () => {
    for (const object of objects) {
      await backUp(object);
      const outcomes = await restore(object);
      expect(outcomes.filter(({ status }) => status !== 'present')).toEqual([]);
    }
    expect(await compare('before')).toMatchObject({ mismatches: 0 });
  });
});
