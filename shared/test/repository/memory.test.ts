import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, 'measure-backup.ts');
const mebibyte = 1024 * 1024;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firn-memory-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Most bytes alive, garbage left aside, while so many items are backed up. */
async function alivePeakBytes(items: number): Promise<number> {
  const args = [program, join(folder, String(items)), String(items)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return (JSON.parse(stdout) as { readonly alivePeakBytes: number }).alivePeakBytes;
}

describe('memory of a backup', () => {
  it('does not grow with the number of items', async () => {
    const few = await alivePeakBytes(15_000);
    const many = await alivePeakBytes(45_000);
    // 30,000 more items have 117 MiB of content and 90 MiB of rows.
    expect(many - few).toBeLessThan(6 * mebibyte);
    expect(many).toBeLessThan(64 * mebibyte);
  });
});
