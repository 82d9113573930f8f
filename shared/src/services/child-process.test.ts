import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChildOptions, startChild } from './child-process.ts';

const waits = 'setInterval(() => {}, 1000);';

function script(code: string, more: Partial<ChildOptions> = {}): ChildOptions {
  return {
    name: 'service',
    command: process.execPath,
    args: ['-e', code],
    readyLine: /^ready/,
    ...more,
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('startChild', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firn-child-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('waits for the ready line of either output', async () => {
    const logFile = join(folder, 'service.log');
    const child = await startChild(
      script(`console.log('one'); console.error('ready on 7'); ${waits}`, { logFile }),
    );
    expect(child.readyLine).toBe('ready on 7');
    expect(isAlive(child.pid)).toBe(true);
    expect(await child.stop()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(isAlive(child.pid)).toBe(false);
    expect((await readFile(logFile, 'utf8')).split('\n').sort()).toEqual(['', 'one', 'ready on 7']);
  });

  it('kills what does not end when asked', async () => {
    const stubborn = `process.on('SIGTERM', () => {}); console.log('ready'); ${waits}`;
    const child = await startChild(script(stubborn, { stopMsMax: 50 }));
    expect(await child.stop()).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await child.stop()).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('tells what a process that ended at once has said', async () => {
    const failing = startChild(script(`console.error('port is taken'); process.exitCode = 3`));
    await expect(failing).rejects.toMatchObject({ code: 'E_SERVICE_START' });
    await expect(failing).rejects.toThrow(/service ended at once \(3\)\n {2}port is taken/);
  });

  it('ends a process that stays silent', async () => {
    const silent = startChild(script(waits, { readyMsMax: 200 }));
    await expect(silent).rejects.toThrow(/did not serve within 200 ms/);
  });

  it('says when there is no such program', async () => {
    const absent = startChild({ ...script(''), command: join(folder, 'absent') });
    await expect(absent).rejects.toThrow(/could not be started/);
  });

  it('takes its processes along when this one exits', async () => {
    const inner = `require('node:http').createServer((_, reply) => reply.end('alive'))
      .listen(0, '127.0.0.1', function () { console.log('ready ' + this.address().port); })`;
    const module = new URL('./child-process.ts', import.meta.url).pathname;
    const code = `
      const { startChild } = await import(${JSON.stringify(module)});
      const inner = await startChild({ name: 'inner', command: process.execPath,
        args: ['-e', ${JSON.stringify(inner)}], readyLine: /^ready/ });
      console.log(inner.readyLine);
      process.on('SIGTERM', () => process.exit(0));
      ${waits}`;
    const outer = await startChild(script('', { args: ['--input-type=module', '-e', code] }));
    const url = `http://127.0.0.1:${outer.readyLine.split(' ')[1]}/`;
    expect(await (await fetch(url)).text()).toBe('alive');
    await outer.stop();
    const isServing = () =>
      fetch(url).then(
        () => true,
        () => false,
      );
    await expect.poll(isServing).toBe(false);
  });
});
