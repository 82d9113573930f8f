import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import { FileKeyService } from '@firn/shared/key-service/file-key-service';
import { FolderStore } from '@firn/shared/object-store/folder/folder-store';
import type { CatalogFolder } from '@firn/shared/repository/catalog/row';
import { initializeRepository } from '@firn/shared/repository/header/header-store';
import { createHeader } from '@firn/shared/repository/header/repository-header';
import { openRepository } from '@firn/shared/repository/repository';
import type { NewItem, ObjectIdentity } from '@firn/shared/repository/session/repository-session';
import { systemClock } from '@firn/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RescueJournal } from '../src/rescue/rescue-journal.ts';

const program = join(import.meta.dirname, '..', 'src', 'main.ts');
const message = Buffer.from('From: ann@example.com\r\nSubject: Hello\r\n\r\nBody\r\n');
const stream = Buffer.from([1, 0, 0, 0, 77, 200, 3, 0]);
const report = Buffer.from('the report');

function aFolder(folderId: string, name: string, parentId?: string): CatalogFolder {
  return { folderId, parentId, name, type: 'folder', wellKnownName: undefined, properties: {} };
}

function anItem(itemId: string, changes: Partial<NewItem>): NewItem {
  return {
    ...{ itemId, folderId: 'inbox', name: itemId, type: 'IPM.Note', changeKey: '1', size: 10 },
    ...{ date: '2026-01-02T03:04:05Z', columns: {}, properties: {}, format: 'fts' },
    ...changes,
  };
}

function anObject(objectId: string, kind: ObjectIdentity['kind']): ObjectIdentity {
  const userPrincipalName = `${objectId}@example.com`;
  return {
    objectId,
    kind,
    userId: objectId,
    userPrincipalName,
    displayName: `Name of ${objectId}`,
  };
}

const kmsKey = 'ab'.repeat(32);

/** Opened by a password, and by a key of the key service. */
async function backUp(storage: string, keyServiceFile: string): Promise<void> {
  const store = new FolderStore({ folder: join(storage, 'repository-1') });
  const ports = { store, clock: systemClock, entropy: nodeEntropy, compute: nodeCompute };
  const repositoryId = 'repository-1';
  const keyService = new FileKeyService(keyServiceFile);
  const openers = { password: 'a password', keyService, kmsKeyId: 'safe' };
  const created = await createHeader({ repositoryId, ...openers, ...ports });
  await initializeRepository(store, created.header);
  const repository = await openRepository({ ports, repositoryId, rootKey: created.rootKey });
  await repository.takeOwnership('incarnation-1');
  const session = await repository.beginSession({ jobId: 'job', sessionId: 's1', attempt: 1 });
  const end = { syncState: new Uint8Array(1), mode: 'full', counts: {} } as const;
  const mailbox = await session.object(anObject('ann', 'mailbox'));
  await mailbox.putFolder(aFolder('inbox', 'Inbox'));
  await mailbox.putFolder(aFolder('sub', 'CON', 'inbox'));
  await mailbox.putItem(anItem('m1', { name: 'Hello: you?', size: 500 }), message);
  const columns = { fromName: 'Zoë Übermut', fromAddress: 'zoe@example.com' };
  await mailbox.putItem(anItem('m2', { folderId: 'sub', name: '../../evil', columns }), stream);
  await mailbox.finish(end);
  const drive = await session.object(anObject('drive', 'onedrive'));
  await drive.putFolder(aFolder('root', 'Documents'));
  const fileSystemInfo = { lastModifiedDateTime: '2020-05-06T07:08:09Z' };
  const file = { format: 'file', folderId: 'root', properties: { fileSystemInfo } } as const;
  await drive.putItem(anItem('f1', { ...file, name: 'Report.txt' }), report);
  await drive.putItem(anItem('f2', { ...file, name: 'report.TXT' }), Buffer.from('another'));
  await drive.putItem(anItem('f3', { ...file, name: 'empty' }), new Uint8Array());
  await drive.finish(end);
  await session.commit({ done: true });
}

describe('rescue', () => {
  let folder: string;
  let storage: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firn-rescue-'));
    storage = join(folder, 'storage');
    await writeFile(join(folder, 'keys'), JSON.stringify({ safe: kmsKey }));
    await backUp(storage, join(folder, 'keys'));
    await writeFile(join(folder, 'password'), 'a password\n');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  function run(...args: string[]) {
    const env = { ...process.env, FIRN_REPOSITORY_PASSWORD: undefined };
    const all = [program, 'rescue', ...args, '--storage', storage];
    return promisify(execFile)(process.execPath, all, { env });
  }

  /** With the password, or nothing, on the standard input and in the environment. */
  function runWith(
    given: { readonly input?: string; readonly password?: string },
    ...args: string[]
  ) {
    const env = { ...process.env, FIRN_REPOSITORY_PASSWORD: given.password };
    const all = [program, 'rescue', ...args, '--storage', storage, '--json'];
    const options = { env, input: given.input ?? '', encoding: 'utf8' } as const;
    return spawnSync(process.execPath, all, options);
  }

  async function rescue(...args: string[]) {
    const { stdout } = await run(...args, '--json', '--password-file', join(folder, 'password'));
    return JSON.parse(stdout);
  }

  it('lists points and objects, folders and items, with the folder of the storage alone', async () => {
    expect(await rescue('list')).toMatchObject([{ jobId: 'job', pointId: 's1', objects: 2 }]);
    expect(await rescue('list', '--point', 's1')).toMatchObject([
      { objectId: 'ann', items: 2 },
      { objectId: 'drive', items: 3 },
    ]);
    expect(await rescue('browse', '--object', 'ann')).toMatchObject([
      { path: 'Inbox', items: 1 },
      { path: 'Inbox/CON', items: 1 },
    ]);
    const inSub = await rescue('browse', '--object', 'ann', '--folder', 'Inbox/CON');
    expect(inSub).toMatchObject([{ itemId: 'm2', sender: 'Zoë Übermut zoe@example.com' }]);
  });

  it('searches by words, sender and size', async () => {
    const ids = async (...args: string[]) =>
      (await rescue('search', ...args)).map(({ itemId }: { itemId: string }) => itemId);
    expect(await ids('--text', 'you HELLO')).toEqual(['m1']);
    expect(await ids('--sender', 'uberm')).toEqual(['m2']);
    expect(await ids('--size-min', '100')).toEqual(['m1']);
    expect(await ids('--before', '2025-01-01')).toEqual([]);
  });

  it('says that a password is wrong', async () => {
    await writeFile(join(folder, 'wrong'), 'another');
    await expect(run('list', '--password-file', join(folder, 'wrong'))).rejects.toMatchObject({
      code: 3,
      stderr: expect.stringContaining('E_REPOSITORY_PASSWORD_WRONG'),
    });
    await expect(run('list')).rejects.toMatchObject({
      code: 3,
      stderr: expect.stringContaining('needs a password'),
    });
  });

  it('takes the password from the standard input or the environment too', () => {
    const points = [expect.objectContaining({ pointId: 's1' })];
    const piped = runWith({ input: 'a password\n' }, 'list', '--password-file', '-');
    expect(JSON.parse(piped.stdout)).toEqual(points);
    const outside = runWith({ password: 'a password' }, 'list');
    expect(JSON.parse(outside.stdout)).toEqual(points);
  });

  it('opens with a key of the key service alone, and says so when it is lost', async () => {
    const withKey = (file: string) => runWith({}, 'list', '--key-service-file', join(folder, file));
    expect(JSON.parse(withKey('keys').stdout)).toHaveLength(1);
    await writeFile(join(folder, 'lost'), '{}');
    expect(withKey('lost')).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/E_KEY_SERVICE_KEY_UNKNOWN: there is no key safe in/),
    });
    expect(withKey('absent')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('E_KEY_SERVICE_UNAVAILABLE'),
    });
    await writeFile(join(folder, 'another'), JSON.stringify({ safe: 'cd'.repeat(32) }));
    expect(withKey('another').stderr).toContain('E_KEY_SERVICE_REFUSED');
  });

  it('says that an option is missing, as a mistake in the command line', async () => {
    await expect(run('browse')).rejects.toMatchObject({ code: 2 });
  });

  it('refuses objects, folders and items that the point does not show', async () => {
    const to = ['--to', join(folder, 'nothing')];
    const noFolder = { code: 3, stderr: expect.stringContaining('E_FOLDER_NOT_FOUND') };
    await expect(rescue('restore', ...to, '--folder', 'Inbx')).rejects.toMatchObject(noFolder);
    await expect(rescue('search', '--folder', 'Inbx')).rejects.toMatchObject(noFolder);
    const inAnn = rescue('browse', '--object', 'ann', '--folder', 'Inbx');
    await expect(inAnn).rejects.toMatchObject(noFolder);
    await expect(rescue('restore', ...to, '--object', 'bob')).rejects.toMatchObject({
      code: 3,
      stderr: expect.stringContaining('E_OBJECT_NOT_IN_POINT'),
    });
    await expect(rescue('restore', ...to, '--item', 'm9')).rejects.toMatchObject({
      code: 5,
      stderr: expect.stringContaining('item m9'),
    });
  });

  it('restores to files that any file system takes, and goes on where it stopped', async () => {
    const target = join(folder, 'target');
    const first = await rescue('restore', '--to', target);
    expect(first).toMatchObject({ objects: 2, items: 5, kept: 0, failed: 0, verified: 5 });
    const paths = (await readdir(target, { recursive: true })).sort();
    const named = (part: string) => join(target, paths.find((path) => path.includes(part)) ?? '');
    expect(await readFile(named('.eml'))).toEqual(message);
    expect(await readFile(named('.fts'))).toEqual(stream);
    expect(named('.fts')).toContain(join('Inbox', '_CON'));
    expect(JSON.parse(await readFile(`${named('.fts')}.json`, 'utf8'))).toMatchObject({
      name: '../../evil',
    });
    expect(await readFile(named('Report.txt'))).toEqual(report);
    expect((await stat(named('Report.txt'))).mtime.toISOString()).toBe('2020-05-06T07:08:09.000Z');
    expect(paths.filter((path) => /report/i.test(path))).toHaveLength(2);

    await rm(named('.eml'));
    const again = await rescue('restore', '--to', target);
    expect(again).toMatchObject({ items: 1, kept: 4, failed: 0, verified: 5, mismatched: 0 });
    expect((await readdir(target, { recursive: true })).sort()).toEqual(paths);
  });

  it('names a file that is not what was written, and writes it again in the next run', async () => {
    const target = join(folder, 'spoilt');
    await rescue('restore', '--to', target, '--object', 'drive');
    const paths = await readdir(target, { recursive: true });
    const path = join(target, paths.find((each) => each.endsWith('Report.txt')) ?? '');
    await writeFile(path, 'THE REPORT');
    const again = ['restore', '--to', target, '--object', 'drive'] as const;
    await expect(rescue(...again)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Report.txt: the file is not what was written'),
    });
    expect(await rescue(...again)).toMatchObject({ items: 1, kept: 2, verified: 3 });
    expect(await readFile(path)).toEqual(report);
  });

  it('says what is wrong with the folder that it is to write to', async () => {
    const refused = (why: string) => ({ code: 3, stderr: expect.stringContaining(why) });
    const restore = (to: string) => rescue('restore', '--object', 'drive', '--to', to);
    const noFolder = join(folder, 'password');
    await expect(restore(noFolder)).rejects.toMatchObject(refused('E_RESCUE_TARGET_UNUSABLE'));
    const busy = join(folder, 'busy');
    const journal = await RescueJournal.open(busy, 's1', 'drive');
    journal.note({ itemId: 'f1', path: 'path', size: 1, digest: '' });
    await expect(restore(busy)).rejects.toMatchObject(refused('another restore is using it'));
    journal.close();
  });
});
