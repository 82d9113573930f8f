import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Report } from './report.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firn-bench-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('measures the engine over small files, and finds them restored as they were', async () => {
  const json = join(folder, 'report.json');
  const main = join(import.meta.dirname, 'main.ts');
  const size = ['--scale', '0.001', '--runs', '1', '--subject', 'firn'];
  await promisify(execFile)(process.execPath, [
    ...[main, ...size, '--folder', folder, '--json', json],
  ]);
  const report = JSON.parse(await readFile(json, 'utf8')) as Report;
  const measured = report.rows.map((row) => `${row.case} ${row.metric}`);
  for (const name of ['mail', 'tree', 'images']) {
    for (const metric of [
      'first.wall',
      'first.cpu',
      'stored',
      'changed.wall',
      'restore.wall',
      'rss',
    ]) {
      expect(measured).toContain(`${name} ${metric}`);
    }
  }
}, 600_000);
