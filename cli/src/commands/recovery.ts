import type { RestorePoint } from '@firn/shared/rest/schemas/restore-point';
import type { Command } from 'commander';
import { addResource, collect, type Runner } from './resource.ts';
import { detachOption, finishWork, idempotencyKey } from './work.ts';

export function addRestorePointCommands(program: Command, run: Runner): void {
  const point = program.command('restore-point').description('restore points');
  addResource<RestorePoint>(point, run, {
    noun: 'restore point',
    key: 'id',
    columns: [
      { heading: 'CREATED', value: ({ createdAt }) => createdAt },
      { heading: 'OF', value: originOf },
      { heading: 'CLASS', value: ({ storageClass }) => storageClass },
      { heading: 'OBJECTS', value: ({ objects }) => objects },
      { heading: 'PARTIAL', value: ({ partial }) => (partial ? 'yes' : 'no') },
      { heading: 'ID', value: ({ id }) => id },
    ],
    list: ({ client }, query) => client.call('listRestorePoints', { query }),
    get: ({ client }, id) => client.call('getRestorePoint', { params: { restorePoint: id } }),
  });
}

function originOf({ isRetrieved, copyJobId }: RestorePoint): string {
  if (isRetrieved) return 'retrieval';
  return copyJobId === undefined ? 'backup' : 'copy';
}

function selection(object: readonly string[] | undefined) {
  return object === undefined ? {} : { objects: object.map((objectId) => ({ objectId })) };
}

interface RestoreOptions {
  readonly retrieval?: string;
  readonly object?: readonly string[];
  readonly detach?: boolean;
}

export function addRestoreCommand(program: Command, run: Runner): void {
  program
    .command('restore <restore-point-id>')
    .description('restore objects to their original place; all of them unless --object is given')
    .option('--retrieval <id>', 'read from this retrieval (copies in an archive class)')
    .option('--object <id>', 'only this object (may be repeated)', collect)
    .option(...detachOption)
    .action((restorePointId: string, options: RestoreOptions, command: Command) =>
      run(command, async (context) => {
        const { retrieval, object } = options;
        const session = await context.client.call('createRestore', {
          body: {
            restorePointId,
            ...(retrieval === undefined ? {} : { retrievalId: retrieval }),
            ...selection(object),
          },
          idempotencyKey: idempotencyKey(),
        });
        await finishWork(context, session, options);
      }),
    );
}
