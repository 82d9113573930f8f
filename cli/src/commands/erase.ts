import { AppError } from '@firn/shared/errors/app-error';
import type { Command } from 'commander';
import { followToEnd } from '../follow-session.ts';
import { printWork } from './check.ts';
import type { Runner } from './resource.ts';
import { detachOption, finishWork, idempotencyKey } from './work.ts';

interface EraseOptions {
  readonly user?: readonly string[];
  readonly object?: readonly string[];
  readonly yes?: boolean;
  readonly detach?: boolean;
}

export function addEraseCommand(program: Command, run: Runner): void {
  program
    .command('erase <repository>')
    .description('destroy what a repository holds of users or objects, in all restore points')
    .option('--user <name-or-id...>', 'all objects of these users')
    .option('--object <id...>', 'these objects')
    .option('--yes', 'required: nothing brings back what is erased')
    .option(...detachOption)
    .action((repository: string, options: EraseOptions, command: Command) =>
      run(command, async (context) => {
        const { terminal, client } = context;
        const { session, copies } = await client.call('eraseFromRepository', {
          params: { repository },
          body: bodyOf(options),
          idempotencyKey: idempotencyKey(),
        });
        for (const { copyJob, repository: other } of copies) {
          terminal.note(
            `copy job "${copyJob}" writes to repository "${other}": erase there as well`,
          );
        }
        if (options.detach === true) await finishWork(context, session, options);
        else await printWork(context, await followToEnd(context, session));
      }),
    );
}

/** E_CONFIG_INVALID */
function bodyOf({ user = [], object = [], yes }: EraseOptions) {
  if (user.length + object.length === 0) {
    throw new AppError('E_CONFIG_INVALID', 'say whose data with --user or --object');
  }
  if (yes !== true) {
    throw new AppError('E_CONFIG_INVALID', 'erasing cannot be undone: give --yes to go on');
  }
  return { users: [...user], objectIds: [...object] };
}
