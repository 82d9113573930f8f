import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { NewFile } from './file-writer.ts';

/** Writes each piece out of the memory it comes in: to gather large ones would cost a copy. */
export async function writeLargeFile(
  { path, mode, modifiedMs }: NewFile,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w');
  try {
    for await (const bytes of content) await file.writeFile(bytes);
    await file.chmod(mode);
    await file.utimes(modifiedMs / 1000, modifiedMs / 1000);
  } finally {
    await file.close();
  }
}
