import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { PasswordInput } from './password-input.ts';

const folder = mkdtempSync(join(tmpdir(), 'firn-password-'));
afterAll(() => rmSync(folder, { recursive: true }));

const option = '--password-file';
const nowhere = { file: undefined, option };

/** A terminal, or a pipe, at which the lines were typed. */
function typing(lines: readonly string[], { isTTY = true, env = {} } = {}) {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const stderr = new PassThrough();
  let shown = '';
  let asked = 0;
  stderr.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    // Whoever types answers each question when it has been asked.
    if (isTTY && chunk.toString().endsWith(': ')) stdin.write(`${lines[asked++]}\r`);
  });
  if (!isTTY) stdin.end(lines.map((line) => `${line}\n`).join(''));
  return { input: new PasswordInput({ stdin, stderr, env }), shown: () => shown };
}

function written(content: string): string {
  const file = join(folder, 'password');
  writeFileSync(file, content);
  return file;
}

describe('a password', () => {
  it.each([
    ['as an editor saves it', 'secret\n', 'secret'],
    ['saved on Windows', 'secret\r\n', 'secret'],
    ['with spaces, which are its own', ' secret ', ' secret '],
  ])('comes from a file %s', async (_, content, password) => {
    const { input } = typing([]);
    expect(await input.current({ file: written(content), option })).toBe(password);
  });

  it('comes from the environment when no file is given', async () => {
    const env = { FIRN_REPOSITORY_PASSWORD: 'from outside' };
    const { input } = typing(['typed', 'typed'], { env });
    expect(await input.current(nowhere)).toBe('from outside');
    expect(await input.fresh(nowhere)).toBe('typed');
  });

  it('is typed at a terminal, and never shown', async () => {
    const { input, shown } = typing(['sEcrEt']);
    expect(await input.current(nowhere)).toBe('sEcrEt');
    expect(shown()).toBe('password: \n');
  });

  it('that is new is typed twice, alike', async () => {
    const { input, shown } = typing(['one', 'one']);
    expect(await input.fresh(nowhere)).toBe('one');
    expect(shown()).toBe('new password: \nnew password again: \n');
    await expect(typing(['one', 'two']).input.fresh(nowhere)).rejects.toMatchObject({
      code: 'E_CONFIG_INVALID',
      message: 'the two passwords differ',
    });
  });

  it('is a line of the standard input for each option that says so', async () => {
    const { input } = typing(['the old', 'the new'], { isTTY: false });
    expect(await input.current({ file: '-', option })).toBe('the old');
    expect(await input.fresh({ file: '-', option: '--new-password-file' })).toBe('the new');
    await expect(input.current({ file: '-', option })).rejects.toMatchObject({
      message: expect.stringContaining('empty'),
    });
  });

  it('is not asked for without a terminal', async () => {
    const { input } = typing([], { isTTY: false });
    await expect(input.current(nowhere)).rejects.toMatchObject({
      code: 'E_CONFIG_INVALID',
      message: expect.stringContaining('--password-file'),
    });
    expect(await input.currentIfAny(nowhere)).toBeUndefined();
  });

  it('that is empty is refused', async () => {
    await expect(typing(['']).input.current(nowhere)).rejects.toMatchObject({
      code: 'E_CONFIG_INVALID',
    });
  });

  it('is not taken from who presses Ctrl-C', async () => {
    await expect(typing(['half\u0003']).input.current(nowhere)).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
