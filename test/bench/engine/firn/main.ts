// Firn's engine as a program of its own, for the benchmark: one command, then it ends.
import { readFile } from 'node:fs/promises';
import { backup } from './backup.ts';
import { check } from './check.ts';
import { initialize, withEngine } from './engine.ts';
import { restore } from './restore.ts';

const [command = '', repository = '', path = '', list] = process.argv.slice(2);

async function changedPaths(): Promise<readonly string[] | undefined> {
  if (list === undefined) return undefined;
  return JSON.parse(await readFile(list, 'utf8')) as readonly string[];
}

const commands: Readonly<Record<string, () => Promise<void>>> = {
  initialize: () => initialize(repository),
  backup: () =>
    withEngine(repository, async (engine) =>
      backup(engine, { source: path, changed: await changedPaths() }),
    ),
  check: () => withEngine(repository, check),
  restore: () => withEngine(repository, (engine) => restore(engine, path)),
};

const run = commands[command];
if (run === undefined) throw new Error(`no command ${command}`);
await run();
