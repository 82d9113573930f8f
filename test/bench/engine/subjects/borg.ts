import { measured, type Run } from '../measure.ts';
import type { BackedUp, Subject } from './subject.ts';

/** BorgBackup with zstd at level 3, as Firn and restic have it. */
export function borgSubject(program = 'borg', name = 'borg'): Subject {
  let archives = 0;
  const run = (repository: string, args: readonly string[], cwd?: string): Promise<Run> => {
    const folder = `${repository}-borg`;
    const env = {
      BORG_PASSPHRASE: 'benchmark',
      BORG_REPO: repository,
      BORG_BASE_DIR: folder,
      BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
    };
    const command = { program, args, env };
    return measured(cwd === undefined ? command : { ...command, cwd });
  };
  return {
    name,
    version: async () => (await measured({ program, args: ['--version'] })).output.trim(),
    initialize: async (repository) => {
      await run(repository, ['init', '--encryption', 'repokey-blake2']);
    },
    backup: (repository, { source }: BackedUp) => {
      archives += 1;
      return run(repository, ['create', '--compression', 'zstd,3', `::a${archives}`, '.'], source);
    },
    check: (repository) => run(repository, ['check', '--verify-data']),
    restore: (repository, target) => run(repository, ['extract', `::a${archives}`], target),
  };
}
