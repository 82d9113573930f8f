import type { RestorePoint } from '@firn/shared/rest/schemas/restore-point';
import type { Retrieval } from '@firn/shared/rest/schemas/retrieval';
import { type ThawSpeed, thawSpeeds } from '@firn/shared/storage-class/storage-class';
import { type Command, Option } from 'commander';
import { addResource, collect, positiveInteger, type Runner } from './resource.ts';
import { detachOption, finishWork, idempotencyKey } from './work.ts';

export function addRestorePointCommands(program: Command, run: Runner): void {
  const point = program.command('restore-point').description('restore points');
  addResource<RestorePoint>(point, run, {
    noun: 'restore point',
    key: 'id',
    columns: [
      { heading: 'CREATED', value: ({ createdAt }) => createdAt },
      { heading: 'OF', value: (row) => (row.copyJobId === undefined ? 'backup' : 'copy') },
      { heading: 'CLASS', value: ({ storageClass }) => storageClass },
      { heading: 'OBJECTS', value: ({ objects }) => objects },
      { heading: 'PARTIAL', value: ({ partial }) => (partial ? 'yes' : 'no') },
      { heading: 'ID', value: ({ id }) => id },
    ],
    list: ({ client }, query) => client.call('listRestorePoints', { query }),
    get: ({ client }, id) => client.call('getRestorePoint', { params: { restorePoint: id } }),
  });
}

interface RetrievalOptions {
  readonly object?: readonly string[];
  readonly availabilityHours?: number;
  readonly speed?: ThawSpeed;
  readonly detach?: boolean;
}

export function addRetrievalCommands(program: Command, run: Runner): void {
  const retrieval = program
    .command('retrieval')
    .description('objects of a copy, brought out of the archive class for a time');
  addRetrievalCreate(retrieval, run);
  retrieval
    .command('remove <id>')
    .description('remove the retrieved copies before their time')
    .option(...detachOption)
    .action((id: string, options: { detach?: boolean }, command: Command) =>
      run(command, async (context) => {
        const session = await context.client.call('removeRetrieval', { params: { retrieval: id } });
        await finishWork(context, session, options);
      }),
    );
  addResource<Retrieval>(retrieval, run, {
    noun: 'retrieval',
    key: 'id',
    columns: [
      { heading: 'STATE', value: ({ state }) => state },
      { heading: 'PACKS', value: (row) => `${row.packsReady}/${row.packsTotal}` },
      { heading: 'UNTIL', value: ({ availableUntil }) => availableUntil },
      { heading: 'RESTORE POINT', value: ({ restorePointId }) => restorePointId },
      { heading: 'ID', value: ({ id }) => id },
    ],
    list: ({ client }, query) => client.call('listRetrievals', { query }),
    get: ({ client }, id) => client.call('getRetrieval', { params: { retrieval: id } }),
  });
}

function addRetrievalCreate(retrieval: Command, run: Runner): void {
  retrieval
    .command('create <restore-point-id>')
    .description('retrieve objects of a copy; all of them unless --object is given')
    .option('--object <id>', 'only this object (may be repeated)', collect)
    .option('--availability-hours <n>', 'how long it stays readable (default 24)', positiveInteger)
    .addOption(
      new Option('--speed <speed>', 'how fast (default standard)').choices([...thawSpeeds]),
    )
    .option(...detachOption)
    .action((id: string, options: RetrievalOptions, command: Command) =>
      run(command, async (context) => {
        const started = await context.client.call('createRetrieval', {
          body: retrievalBody(id, options),
          idempotencyKey: idempotencyKey(),
        });
        context.terminal.note(`retrieval ${started.retrieval.id}`);
        await finishWork(context, started.session, options);
      }),
    );
}

function retrievalBody(restorePointId: string, options: RetrievalOptions) {
  const { object, availabilityHours, speed } = options;
  return {
    restorePointId,
    ...selection(object),
    ...(availabilityHours === undefined ? {} : { availabilitySeconds: availabilityHours * 3_600 }),
    ...(speed === undefined ? {} : { speed }),
  };
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
