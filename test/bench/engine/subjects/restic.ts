import { measured, type Run } from '../measure.ts';
import type { BackedUp, Subject } from './subject.ts';

/** restic, of the system or at a path. */
export function resticSubject(program = 'restic', name = 'restic'): Subject {
  const run = (repository: string, args: readonly string[], cwd?: string): Promise<Run> => {
    const env = { RESTIC_PASSWORD: 'benchmark', RESTIC_REPOSITORY: repository };
    const command = { program, args: [...args, '--no-cache', '--quiet'], env };
    return measured(cwd === undefined ? command : { ...command, cwd });
  };
  return {
    name,
    version: async () => (await measured({ program, args: ['version'] })).output.trim(),
    initialize: async (repository) => void (await run(repository, ['init'])),
    backup: (repository, { source }: BackedUp) => run(repository, ['backup', '.'], source),
    check: (repository) => run(repository, ['check', '--read-data']),
    restore: (repository, target) => run(repository, ['restore', 'latest', '--target', target]),
  };
}
