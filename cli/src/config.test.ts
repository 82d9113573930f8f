import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'firn-cli-'));
const tokenFile = join(folder, 'token');
writeFileSync(tokenFile, 'firn_1_secret\n');
afterAll(() => rmSync(folder, { recursive: true }));

describe('how the command line reaches a controller', () => {
  it('takes options before the environment', () => {
    const env = { FIRN_URL: 'https://env:1', FIRN_TOKEN: 'from-env' };
    expect(loadConfig({ url: 'https://option:2', tokenFile }, env)).toEqual({
      url: 'https://option:2',
      token: 'firn_1_secret',
      caPem: undefined,
    });
  });

  it('says that an address is missing', () => {
    expect(() => loadConfig({}, {})).toThrow(/give --url or set FIRN_URL/);
  });

  it('names the option of a file that cannot be read', () => {
    const options = { url: 'https://x', caFile: join(folder, 'absent') };
    expect(() => loadConfig(options, {})).toThrow(/absent, given by --ca-file/);
  });
});
