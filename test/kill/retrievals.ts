// `npm run kill:retrievals`: the agent is killed in the middle of retrievals, as processes.
import { parseArgs } from 'node:util';
import { describeKill, isRight, killInRetrieval, momentsOf } from './kill-retrieval.ts';
import { startRetrievalWorld } from './retrieval-world.ts';

const help = `npm run kill:retrievals -- [options]

  --kills N   how many retrievals (default 20); each names its step
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '20' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(help);
  const world = await startRetrievalWorld();
  let failed = 0;
  try {
    const moments = momentsOf((await world.namesWith('/packs/')).length);
    for (let kill = 0; kill < Number(values.kills); kill += 1) {
      const moment = moments[kill % moments.length];
      if (moment === undefined) break;
      const killed = await killInRetrieval(world, moment);
      console.log(describeKill(killed));
      if (!isRight(killed)) failed += 1;
    }
  } finally {
    await world.stop();
  }
  console.log(`${values.kills} killed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

if (import.meta.main) await main();
