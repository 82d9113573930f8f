import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataMover } from '@firn/shared/services/data-mover';
import { measured, type Run } from '../measure.ts';
import type { BackedUp, Subject } from './subject.ts';

const main = join(import.meta.dirname, '..', 'firn', 'main.ts');

/** Firn's engine, fed by a folder reader as the proxy agent feeds it. */
export const firnSubject: Subject = {
  name: 'firn',
  version: async () => 'this checkout',
  initialize: async (repository) => void (await run('initialize', repository)),
  backup: async (repository, { source, changed }: BackedUp) => {
    const list = `${repository}-changed.json`;
    if (changed !== undefined) await writeFile(list, JSON.stringify(changed));
    return run('backup', repository, source, ...(changed === undefined ? [] : [list]));
  },
  check: (repository) => run('check', repository),
  restore: (repository, target) => run('restore', repository, target),
};

function run(command: string, repository: string, ...args: readonly string[]): Promise<Run> {
  const { nodeFlags, environment } = dataMover;
  return measured({
    program: process.execPath,
    args: [...nodeFlags, main, command, repository, ...args],
    // As the command line has it.
    env: { ...environment, NODE_COMPILE_CACHE: `${repository}-compiled` },
  });
}
