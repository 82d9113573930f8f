import { mkdtemp, readdir, readFile, rm, watch, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryLogger } from '@firn/shared/observe/memory-logger';
import { systemClock } from '@firn/shared/time/system-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeProcessLauncher } from './process-launcher.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firn-launcher-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A program that tells its environment in a file and waits for its end. */
const program = `
import { readFileSync, writeFileSync } from 'node:fs';
const names = Object.keys(process.env).filter((name) => name.startsWith('FIRN_')).sort();
const join = readFileSync(process.env.FIRN_JOIN_FILE, 'utf8');
process.on('SIGTERM', () => process.exit(0));
setInterval(() => {}, 1000);
writeFileSync(process.env.FIRN_OUT, JSON.stringify({ names, join, pid: process.pid }));
`;

async function started(file: string): Promise<{ names: string[]; join: string; pid: number }> {
  const over = new AbortController();
  const changes = watch(folder, { signal: over.signal });
  try {
    for (;;) {
      const text = await readFile(file, 'utf8').catch(() => '');
      if (text !== '') return JSON.parse(text);
      await changes[Symbol.asyncIterator]().next();
    }
  } finally {
    over.abort();
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('process launcher', () => {
  it('starts a process with its join string in a file, and ends it by its handle', async () => {
    const main = join(folder, 'main.mjs');
    const out = join(folder, 'out.json');
    await writeFile(main, program);
    const launcher = makeProcessLauncher({
      program: main,
      folder: join(folder, 'joins'),
      environment: { FIRN_OUT: out },
      logger: new MemoryLogger(),
      clock: systemClock,
    });
    const handle = await launcher.launch({ workerId: 'w1', joinString: 'the join string' });
    const appliance = await started(out);
    expect(appliance.names).toEqual(['FIRN_JOIN_FILE', 'FIRN_OUT']);
    expect(appliance.join).toBe('the join string');
    expect(handle.split(':')[0]).toBe(String(appliance.pid));
    await launcher.end(`${appliance.pid}:1`);
    expect(runs(appliance.pid), 'another start time is another process').toBe(true);
    await launcher.end(handle);
    expect(runs(appliance.pid)).toBe(false);
    await launcher.end(handle);
    expect(await readdir(join(folder, 'joins'))).toEqual([]);
  });
});
