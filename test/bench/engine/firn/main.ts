// Firn's engine as a program of its own, for the benchmark: one command, then it ends.
import { readFile } from 'node:fs/promises';
import { backup } from './backup.ts';
import { check } from './check.ts';
import { initialize } from './engine.ts';
import { restore } from './restore.ts';

const [command, repository = '', path = '', list] = process.argv.slice(2);

switch (command) {
  case 'initialize':
    await initialize(repository);
    break;
  case 'backup': {
    const changed = list && (JSON.parse(await readFile(list, 'utf8')) as readonly string[]);
    await backup({ repository, source: path, changed: changed || undefined });
    break;
  }
  case 'check':
    await check(repository);
    break;
  case 'restore':
    await restore(repository, path);
    break;
  default:
    throw new Error(`no command ${command}`);
}
