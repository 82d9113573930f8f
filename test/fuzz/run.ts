// `npm run fuzz -- [--cases N] [--seed S] [--target NAME]`: mutated bytes for every
// parser of the stored format and of MIME. --target NAME --seed S --cases 1 repeats one case.
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { fuzzTargets } from './targets.ts';

interface Options {
  readonly seed: number;
  /** Of all targets together, by their shares. */
  readonly cases: number;
}

async function run(target: FuzzTarget, { seed, cases }: Options): Promise<void> {
  const startedAt = performance.now();
  const { accepted, refused, slowestMs, largestBytes } = await fuzz(target, { seed, cases });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const most = `${slowestMs.toFixed(0)} ms, ${(largestBytes / 1024 ** 2).toFixed(0)} MiB at most`;
  console.log(`${target.name}: ${accepted} taken, ${refused} refused in ${seconds} s, ${most}`);
}

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
  },
});
const cases = Number(values.cases);
const seed = Number(values.seed);
console.log(`seed ${seed}`);
const targets = (await fuzzTargets()).filter(({ name }) => (values.target ?? name) === name);
const shares = targets.reduce((sum, { share }) => sum + share, 0);
for (const target of targets) {
  await run(target, { seed, cases: Math.ceil((cases * target.share) / shares) });
}
