import { cp, mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from './dataset.ts';
import { Random } from './random.ts';

const sources = ['/usr/share', '/usr/lib', '/usr/include', '/usr/bin'];

/** Copies of real files of this machine, until there are enough. */
export function treeDataset(filesMin: number, more: readonly string[] = []): Dataset {
  return {
    name: 'tree',
    create: async (folder) => {
      let files = 0;
      for (const source of [...sources, ...more]) {
        const target = join(folder, source.replaceAll('/', '_'));
        files += await copyFiles(source, target, filesMin - files);
        if (files >= filesMin) return;
      }
    },
    change: async (folder) => {
      const random = new Random(5);
      for await (const path of filesBelow(folder)) {
        if (random.next() > 0.01) continue;
        const { size, mode } = await stat(path);
        await writeFile(path, random.bytes(Math.min(size, 200_000)), { mode });
        await utimes(path, new Date(), new Date());
      }
      return undefined;
    },
  };
}

async function copyFiles(source: string, target: string, filesMax: number): Promise<number> {
  await mkdir(target, { recursive: true });
  let files = 0;
  for (const entry of await readdir(source, { withFileTypes: true }).catch(() => [])) {
    if (files >= filesMax) return files;
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (entry.isDirectory()) files += await copyFiles(from, to, filesMax - files);
    if (!entry.isFile()) continue;
    await cp(from, to, { preserveTimestamps: true });
    files += 1;
  }
  return files;
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    if (entry.isFile()) yield path;
  }
}
