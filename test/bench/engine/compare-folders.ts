import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Throws with the first file that is not there, or has other bytes, size or modification time. */
export async function compareFolders(expected: string, found: string): Promise<void> {
  for (const entry of await readdir(expected, { withFileTypes: true })) {
    const [from, to] = [join(expected, entry.name), join(found, entry.name)];
    if (entry.isDirectory()) await compareFolders(from, to);
    if (!entry.isFile()) continue;
    const [own, other] = [await lstat(from), await lstat(to)];
    const sameTime = Math.abs(own.mtimeMs - other.mtimeMs) < 1_000;
    if (own.size !== other.size || own.mode !== other.mode || !sameTime) {
      throw new Error(`${to} has another size, mode or time than ${from}`);
    }
    if ((await digestOf(from)) !== (await digestOf(to))) throw new Error(`${to} differs`);
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
