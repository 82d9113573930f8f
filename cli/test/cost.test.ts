import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, '../src/main.ts');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firn-cost-'));
});
afterAll(() => rm(folder, { recursive: true }));

function cost(...args: readonly string[]): Promise<{ code: number; out: string; told: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, 'cost', ...args], (error, out, told) =>
      resolve({ code: Number(error?.code ?? 0), out, told }),
    );
  });
}

async function linesOf(...args: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const { out } = await cost(...args, '--json');
  const { lines } = JSON.parse(out) as { lines: { what: string; cost: number }[] };
  return new Map(lines.map((line) => [line.what, line.cost]));
}

describe('firn cost', () => {
  it('prints what it computed from, and how long thawing takes', async () => {
    const { code, out } = await cost('--gib', '1024', '--storage-class', 'deep-archive');
    expect(code).toBe(0);
    expect(out).toMatch(/^WHAT +USD +HOURS$/m);
    expect(out).toMatch(/^keep for 36 months +36\.\d\d$/m);
    expect(out).toMatch(/^thaw all of it, bulk .* 24 to 48$/m);
    expect(out).toMatch(/^prices of s3 in us-east-1, 2026-/m);
    expect(out).not.toContain('expedited');
  });

  it('shows what small packs cost more', async () => {
    const large = await linesOf('--gib', '1024');
    const small = await linesOf('--gib', '1024', '--pack-size-mib', '1');
    const total = (lines: ReadonlyMap<string, number>) =>
      (lines.get('write') ?? 0) + (lines.get('keep for 36 months') ?? 0);
    expect(total(small) / total(large)).toBeGreaterThan(1.25);
  });

  it('computes by prices of the user', async () => {
    const table = { provider: 's3', region: 'here', date: '2026-11-01', source: 'a contract' };
    const classes = { hot: { storage: 2 } };
    const file = join(folder, 'prices.json');
    const tables = [{ ...table, currency: 'EUR', classes }];
    await writeFile(file, JSON.stringify({ format: 1, tables }));
    const lines = await linesOf(
      ...['--gib', '10', '--months', '3', '--storage-class', 'hot', '--prices', file],
    );
    expect(lines.get('keep for 3 months')).toBeCloseTo(60, 6);
  });

  it.each([
    [['--gib', '0'], 2, 'give a number above 0'],
    [[], 2, "required option '--gib <n>'"],
    [
      ['--gib', '1', '--region', 'mars'],
      2,
      'E_CONFIG_INVALID: there are prices of s3 in us-east-1',
    ],
    [['--gib', '1', '--storage-class', 'x'], 2, 'there are prices of hot, intelligent'],
    [['--gib', '1', '--storage-class', 'toString'], 2, 'there are prices of hot, intelligent'],
    [['--gib', '1', '--prices', main], 3, 'E_PRICES_INVALID'],
  ])('refuses %j', async (args, code, message) => {
    const refused = await cost(...args);
    expect(refused.told).toContain(message);
    expect(refused.code).toBe(code);
  });
});
