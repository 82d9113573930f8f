// `npm run fuzz -- [--cases N] [--seed S] [--target NAME]`: mutated bytes for every
// parser of the stored format. --seed S --cases 1 repeats one case.
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';
import { fuzzTargets } from './targets.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
  },
});
for (const target of await fuzzTargets()) {
  if (values.target !== undefined && values.target !== target.name) continue;
  const run = { seed: Number(values.seed), cases: Number(values.cases) };
  const { accepted, refused, slowestMs, largestBytes } = await fuzz(target, run);
  const most = `${slowestMs.toFixed(0)} ms, ${(largestBytes / 1024 ** 2).toFixed(0)} MiB at most`;
  console.log(`${target.name}: ${accepted} taken, ${refused} refused, ${most}`);
}
