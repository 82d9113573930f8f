import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import { FolderStore } from '@firn/shared/object-store/folder/folder-store';
import { initializeRepository } from '@firn/shared/repository/header/header-store';
import { createHeader } from '@firn/shared/repository/header/repository-header';
import { openRepository, type Repository } from '@firn/shared/repository/repository';
import { systemClock } from '@firn/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, '..', 'src', 'main.ts');
/** Enough for several frames of a catalog. */
const items = 1_200;
const folderRow = { parentId: undefined, type: 'folder', wellKnownName: undefined, properties: {} };

function anItem(itemId: string) {
  return {
    ...{ itemId, folderId: 'inbox', name: itemId, type: 'IPM.Note', changeKey: '1', size: 10 },
    ...{ date: '2026-01-02T03:04:05Z', columns: {}, properties: {}, format: 'fts' as const },
  };
}

/** Objects `many` with small items, `large` with one, and `unread` in a session of its own. */
async function backUp(folder: string): Promise<Repository> {
  const store = new FolderStore({ folder });
  const ports = { store, clock: systemClock, entropy: nodeEntropy, compute: nodeCompute };
  const repositoryId = 'repository-1';
  const created = await createHeader({ repositoryId, password: undefined, ...ports });
  await initializeRepository(store, created.header);
  const repository = await openRepository({ ports, repositoryId, rootKey: created.rootKey });
  await repository.takeOwnership('incarnation-1');
  const session = await repository.beginSession({ jobId: 'job', sessionId: 's1', attempt: 1 });
  for (const objectId of ['many', 'large']) {
    const names = { userPrincipalName: `${objectId}@example.com`, displayName: objectId };
    const writer = await session.object({ objectId, kind: 'mailbox', userId: objectId, ...names });
    await writer.putFolder({ folderId: 'inbox', name: 'Inbox', ...folderRow });
    for (let n = 0; objectId === 'many' && n < items; n += 1) {
      const itemId = `item-${String(n).padStart(5, '0')}`;
      await writer.putItem(anItem(itemId), Buffer.from(`content of ${itemId}`));
    }
    if (objectId === 'large') {
      await writer.putItem(anItem('lost'), nodeEntropy.randomBytes(3_000_000));
      await writer.putItem(anItem('whole'), Buffer.from('whole'));
    }
    await writer.finish({ syncState: new Uint8Array(1), mode: 'full', counts: {} });
  }
  await session.commit({ done: true });
  const last = await repository.beginSession({ jobId: 'job', sessionId: 's2', attempt: 1 });
  const names = { userPrincipalName: 'unread@example.com', displayName: 'unread' };
  const unread = { objectId: 'mailbox:unread', kind: 'mailbox', userId: 'unread' } as const;
  const writer = await last.object({ ...unread, ...names });
  await writer.finish({ syncState: new Uint8Array(1), mode: 'full', counts: {} });
  await last.commit({ done: true });
  return repository;
}

/** A frame of the catalog of `many`, the largest pack, which has a part of the large item, and the record of `unread`. */
async function damage(folder: string, repository: Repository): Promise<void> {
  const point = await repository.openPoint({ jobId: 'job', pointId: 's1' });
  const { state } = await point.object('many');
  const [run] = state.record.catalog.flat();
  const path = join(folder, run?.pack ?? '');
  const bytes = await readFile(path);
  const at = (run?.offset ?? 0) + (run?.length ?? 0) / 2;
  bytes[Math.floor(at)] = (bytes[Math.floor(at)] ?? 0) ^ 1;
  await writeFile(path, bytes);
  for (const name of await readdir(join(folder, 'meta'))) {
    if (name.includes('-s2-')) await rm(join(folder, 'meta', name));
  }
  let largest = { path: '', size: 0 };
  for (const name of await readdir(join(folder, 'packs'))) {
    const path = join(folder, 'packs', name);
    const { size } = await stat(path);
    if (size > largest.size) largest = { path, size };
  }
  await rm(largest.path);
}

describe('rescue of a damaged repository', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firn-rescue-damaged-'));
    const storage = join(folder, 'storage');
    await damage(storage, await backUp(storage));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  function rescue(...args: string[]) {
    const all = [program, 'rescue', ...args, '--storage', join(folder, 'storage'), '--json'];
    const { stdout, stderr, status } = spawnSync(process.execPath, all, { encoding: 'utf8' });
    return { result: JSON.parse(stdout), stderr, status };
  }

  it('restores all that can be read, names the rest, and says so by its exit code', async () => {
    const { result, stderr, status } = rescue('restore', '--to', join(folder, 'target'));
    expect(status).toBe(5);
    expect(result).toMatchObject({ objects: 2, failed: 3, mismatched: 0 });
    expect(result.items).toBeGreaterThan(items / 2);
    expect(result.items).toBeLessThan(items);
    expect(result.verified).toBe(result.items);
    expect(stderr).toMatch(/object many: .*lost.*\(E_REPOSITORY_DAMAGED\)/);
    expect(stderr).toMatch(/lost: .*\(E_/);
    const names = (await readdir(join(folder, 'target'), { recursive: true })).join('\n');
    expect(names).toContain('whole');
    expect(names).toContain('item-00000');
    expect(names).toContain(`item-0${items - 1}`);
  });

  it('shows what can be read, and warns', () => {
    const { result, stderr, status } = rescue('search', '--limit', '5000');
    expect(status).toBe(5);
    expect(result.length).toBeGreaterThan(items / 2);
    expect(stderr).toContain('object many');
    expect(stderr).toMatch(/object mailbox:unread: .*\(E_REPOSITORY_DAMAGED\)/);
  });

  it('lists all objects, and names the one whose record cannot be read', () => {
    const { result, stderr, status } = rescue('list', '--point', 's2');
    expect(status).toBe(5);
    expect(result).toMatchObject([
      { objectId: 'large', items: 2 },
      { objectId: 'mailbox:unread', failed: { code: 'E_REPOSITORY_DAMAGED' } },
      { objectId: 'many', items },
    ]);
    expect(stderr).toMatch(/object mailbox:unread: .*meta.*\(E_REPOSITORY_DAMAGED\)/);
  });
});
