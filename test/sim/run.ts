// `npm run sim`: the log's protocol on a virtual clock, seed by seed.
import { parseArgs } from 'node:util';
import { type DefectName, defectNames, defects } from './defects.ts';
import { rememberedSeeds } from './remembered-seeds.ts';
import { runSeed, type SeedResult } from './run-seed.ts';
import { type Conduct, correctConduct } from './scene.ts';

const help = `npm run sim -- [options]

  --seeds N      how many (default 1000); those that failed once are run besides
  --from S       the first (default 1)
  --defect NAME  with a planted defect: ${defectNames.join(', ')}
  --replay SEED  one seed, with its trace
`;

function isDefectName(name: string): name is DefectName {
  return (defectNames as readonly string[]).includes(name);
}

function conductOf(defect: string | undefined): () => Conduct {
  if (defect === undefined) return () => correctConduct;
  if (isDefectName(defect)) return defects[defect];
  throw new Error(`no such defect: ${defect}; there are ${defectNames.join(', ')}`);
}

function report({ seed, failure, recent, traceDigest }: SeedResult): void {
  if (failure === undefined) return;
  console.log(`seed ${seed} (trace ${traceDigest}): ${failure.property}: ${failure.message}`);
  for (const { atMs, label } of recent) {
    console.log(`  ${new Date(atMs).toISOString().slice(5, 23)} ${label}`);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      defect: { type: 'string' },
      replay: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(help);
  const makeConduct = conductOf(values.defect);
  if (values.replay !== undefined) {
    const result = await runSeed(Number(values.replay), makeConduct());
    report(result);
    console.log(`trace ${result.traceDigest}, ${result.events} events, ${result.entries} entries`);
    return;
  }
  const from = Number(values.from);
  const range = Array.from({ length: Number(values.seeds) }, (_, i) => from + i);
  await runAll([...rememberedSeeds(), ...range], makeConduct);
}

async function runAll(seeds: readonly number[], makeConduct: () => Conduct): Promise<void> {
  const startedAt = performance.now();
  const failed: number[] = [];
  let events = 0;
  for (const seed of seeds) {
    const result = await runSeed(seed, makeConduct());
    events += result.events;
    if (result.failure === undefined) continue;
    if (failed.length < 3) report(result);
    failed.push(seed);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const rate = Math.round(seeds.length / seconds);
  console.log(`${seeds.length} seeds in ${seconds.toFixed(1)} s (${rate}/s), ${events} events`);
  console.log(`${failed.length} failed: ${failed.slice(0, 20).join(' ')}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

if (import.meta.main) await main();
