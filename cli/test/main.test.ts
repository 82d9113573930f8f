import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, '..', 'src', 'main.ts');

function firn(...args: string[]) {
  const env = { PATH: process.env['PATH'], NO_COLOR: '1' };
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env });
}

describe('firn', () => {
  it('explains itself', () => {
    const { status, stdout } = firn('--help');
    expect(status).toBe(0);
    for (const command of [
      'organization',
      'storage',
      'repository',
      'retrieval',
      'restore',
      'demo',
    ]) {
      expect(stdout).toContain(command);
    }
  });

  it('takes the connection at any command', () => {
    const { stdout } = firn('job', 'start', '--help');
    expect(stdout).toContain('--url <url>');
    expect(stdout).toContain('--json');
  });

  it('ends with 2 when the command line is wrong', () => {
    const { status, stderr } = firn('job', 'create', 'x');
    expect(status).toBe(2);
    expect(stderr).toContain("required option '--organization <name>' not specified");
  });

  it('ends with 2 and says what to do without an address', () => {
    const { status, stderr } = firn('job', 'list');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^E_CONFIG_INVALID: no controller address/);
  });

  it.each([
    ['proxy', 'list the proxies'],
    ['organization', 'delete an organization'],
    ['session', 'show [options] <id> '],
  ])('names what it lists, shows and deletes: %s', (resource, words) => {
    expect(firn(resource, '--help').stdout).toContain(words);
  });

  it.each([
    ['repository', 'update', 'x'],
    ['job', 'update', 'x'],
  ])('says that there is nothing to change: %s %s', (...args) => {
    const { status, stderr } = firn(...args, '--url', 'https://127.0.0.1:9');
    expect(status).toBe(2);
    expect(stderr).toMatch(/nothing to change: say how long with --keep-for/);
  });

  it.each([
    [
      'two policies at once',
      'job update x --repository-retention --keep-last 3',
      'cannot be used with',
    ],
    [
      'a file that cannot be read, and says why',
      'job list --url https://127.0.0.1:9 --ca-file /',
      'cannot read /, given by --ca-file: it is a folder',
    ],
  ])('refuses %s', (_, command, reason) => {
    const { status, stderr } = firn(...command.split(' '));
    expect(status).toBe(2);
    expect(stderr).toContain(reason);
  });

  it('ends with 4 when the controller cannot be reached, without a stack trace', () => {
    const { status, stderr } = firn('job', 'list', '--url', 'https://127.0.0.1:9');
    expect(status).toBe(4);
    expect(stderr).toMatch(/^E_CONTROLLER_UNREACHABLE: cannot reach https:\/\/127\.0\.0\.1:9/);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
