// Firn's engine as a program of its own, for the benchmark: one command, then it ends.
import { readFile } from 'node:fs/promises';
import { backup } from './backup.ts';
import { check } from './check.ts';
import { initialize, withEngine } from './engine.ts';
import { restore } from './restore.ts';

const [command, repository = '', path = '', list] = process.argv.slice(2);

switch (command) {
  case 'initialize':
    await initialize(repository);
    break;
  case 'backup': {
    const changed = list && (JSON.parse(await readFile(list, 'utf8')) as readonly string[]);
    await withEngine(repository, (engine) =>
      backup(engine, { source: path, changed: changed || undefined }),
    );
    break;
  }
  case 'check':
    await withEngine(repository, check);
    break;
  case 'restore':
    await withEngine(repository, (engine) => restore(engine, path));
    break;
  default:
    throw new Error(`no command ${command}`);
}
