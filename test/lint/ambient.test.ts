import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'firn-lint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the ban of the ambient in domain and app', () => {
  it('finds clock, chance, timers, network and process', () => {
    cpSync(join(import.meta.dirname, 'fixture'), folder, { recursive: true });
    cpSync(join(root, 'lint'), join(folder, 'lint'), { recursive: true });
    writeFileSync(join(folder, 'biome.json'), '{"plugins":["./lint/no-ambient.grit"]}');
    const biome = join(root, 'node_modules', '.bin', 'biome');
    const { stdout } = spawnSync(biome, ['lint', '--reporter=json', '.'], {
      cwd: folder,
      encoding: 'utf8',
    });
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { category: string }[] };
    expect(diagnostics.filter(({ category }) => category === 'plugin')).toHaveLength(7);
  });
});
