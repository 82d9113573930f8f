import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FolderStore } from '@firn/shared/object-store/folder/folder-store';
import { warmName } from '@firn/shared/repository/retrieve/warm-name';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, '..', 'src', 'main.ts');
const repositories = join(import.meta.dirname, '..', '..', 'shared', 'testdata', 'repositories');
/** See shared/testdata/README.md. */
const password = 'a password that everybody knows';

/** A copy with archived packs, tails and sealed tails, all of which a retrieval has thawed. */
async function putCopy(store: FolderStore): Promise<void> {
  const lines = await readFile(join(repositories, 'archived-copy.jsonl'), 'utf8');
  for (const line of lines.trimEnd().split('\n')) {
    const { name, class: storageClass, base64 } = JSON.parse(line);
    await store.put(name, Buffer.from(base64, 'base64'), { storageClass });
    if (storageClass !== 'archive') continue;
    await store.copy(name, warmName('retrieval', name), { storageClass: 'hot' });
  }
}

describe('rescue of a backup copy', () => {
  let folder: string;
  let shown: Readonly<Record<string, string>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firn-rescue-copy-'));
    await putCopy(new FolderStore({ folder: join(folder, 'copy') }));
    await writeFile(join(folder, 'password'), password);
    const points = await readFile(join(repositories, 'archived-copy.points.json'), 'utf8');
    shown = JSON.parse(points)['copy/copy-s4'];
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function rescue(...args: string[]) {
    const opening = [
      '--storage',
      join(folder, 'copy'),
      '--password-file',
      join(folder, 'password'),
    ];
    const all = [program, 'rescue', ...args, ...opening, '--json'];
    return JSON.parse((await promisify(execFile)(process.execPath, all)).stdout);
  }

  it('lists what it has without a byte of the archive', async () => {
    expect(await rescue('list')).toMatchObject([
      { pointId: 'copy-s2' },
      { pointId: 'copy-s3' },
      { pointId: 'copy-s4' },
    ]);
    const objects = await rescue('list', '--point', 'copy-s4');
    const named = Object.keys(shown).filter((name) => !name.includes('/'));
    expect(objects.map(({ objectId }: { objectId: string }) => objectId)).toEqual(named);
  });

  it('restores what lies in tails and in what was retrieved', async () => {
    const target = join(folder, 'target');
    const objects = ['--object', 'mailbox-1', '--object', 'drive-1'];
    const from = ['--retrieval', 'retrieval', '--to', target];
    const counts = await rescue('restore', ...from, ...objects);
    const digests = Object.entries(shown).filter(([name]) => /^(mailbox|drive)-1\//.test(name));
    expect(counts).toMatchObject({ items: digests.length, failed: 0, mismatched: 0 });
    const files = await readdir(target, { recursive: true, withFileTypes: true });
    const restored = new Set<string>();
    for (const file of files.filter((each) => each.isFile())) {
      const bytes = await readFile(join(file.parentPath, file.name));
      restored.add(createHash('sha256').update(bytes).digest('hex'));
    }
    for (const [name, digest] of digests) expect(restored.has(digest), name).toBe(true);
  });
});
