import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { dataMover } from './data-mover.ts';

const root = new URL('../../../', import.meta.url);

describe('the settings of programs that move content', () => {
  it.each(['deploy/systemd/firn-proxy-agent.service', 'docs/operations.md'])(
    'are those of %s',
    async (file) => {
      const text = await readFile(new URL(file, root), 'utf8');
      for (const flag of dataMover.nodeFlags) expect(text).toContain(flag);
      for (const [name, value] of Object.entries(dataMover.environment)) {
        expect(text).toContain(`${name}=${value}`);
      }
    },
  );
});
