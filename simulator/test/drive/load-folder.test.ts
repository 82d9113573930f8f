import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignFolders, loadFolder } from '../../src/adapters/drive/load-folder.ts';
import { DriveWorld } from './drive-world.ts';

const MODIFIED = new Date('2015-06-07T08:09:10Z');
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drive-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a folder that becomes OneDrives', () => {
  it('gives its files with their dates and bytes, and names what cannot be held', async () => {
    const world = new DriveWorld();
    await mkdir(join(folder, 'deep', 'er'), { recursive: true });
    await writeFile(join(folder, 'deep', 'er', 'ä b.txt'), 'some bytes');
    await utimes(join(folder, 'deep', 'er', 'ä b.txt'), MODIFIED, MODIFIED);
    await writeFile(join(folder, 'empty'), '');
    await writeFile(join(folder, 'what?.txt'), 'x');
    await symlink(join(folder, 'empty'), join(folder, 'link'));
    const skipped = await loadFolder(world.drive().tree, folder, world.hasher);
    expect(skipped.toSorted()).toEqual([join(folder, 'link'), join(folder, 'what?.txt')]);
    const path = `/drives/${world.drive().id}/root:/deep/er/${encodeURIComponent('ä b.txt')}`;
    const { body } = await world.graph('GET', path);
    expect(body).toMatchObject({
      size: 10,
      fileSystemInfo: { lastModifiedDateTime: '2015-06-07T08:09:10Z' },
    });
    const content = await world.plain('GET', String(body['@microsoft.graph.downloadUrl']));
    expect(Buffer.from(content.bytes).toString()).toBe('some bytes');
    expect(world.drive().tree.childNamed(world.drive().tree.root.id, 'empty')?.sizeBytes).toBe(0);
  });

  it('is shared out by the names of the users', async () => {
    const world = new DriveWorld();
    await mkdir(join(folder, 'ANNA'));
    const users = [...world.directory.all()];
    const anna = users.find(({ displayName }) => displayName === 'anna');
    expect([...(await assignFolders(folder, users))]).toEqual([[anna?.id, join(folder, 'ANNA')]]);
  });

  it('is everybody’s when no sub-folder is called like a user', async () => {
    const world = new DriveWorld();
    await mkdir(join(folder, 'projects'));
    const users = [...world.directory.all()];
    const shared = await assignFolders(folder, users);
    expect(users.map(({ id }) => shared.get(id))).toEqual(users.map(() => folder));
  });
});
