import { readFileSync } from 'node:fs';

/** Seeds that failed once: they run for ever. */
export function rememberedSeeds(): readonly number[] {
  const text = readFileSync(new URL('./seeds.txt', import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => Number.parseInt(line, 10));
}
