import { AppError } from '@firn/shared/errors/app-error';
import type {
  Retrieval,
  RetrievalPack,
  RetrievalPlanCreate,
} from '@firn/shared/rest/schemas/retrieval';
import { type ThawSpeed, thawSpeeds } from '@firn/shared/storage-class/storage-class';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../context.ts';
import { followToEnd } from '../follow-session.ts';
import { describePlan } from '../output/retrieval-text.ts';
import { renderTable } from '../output/table.ts';
import { readPages } from './pages.ts';
import { addResource, collect, positiveInteger, type Runner } from './resource.ts';
import { detachOption, exitCodeOf, finishWork, idempotencyKey } from './work.ts';

interface Chosen {
  readonly copyJob?: string;
  readonly at?: string;
  readonly object?: readonly string[];
  readonly folder?: readonly string[];
  readonly item?: readonly string[];
  readonly availabilityHours?: number;
}

interface CreateOptions extends Chosen {
  readonly plan?: string;
  readonly speed?: ThawSpeed;
  readonly noticeHours?: number;
  readonly detach?: boolean;
}

export function addRetrievalCommands(program: Command, run: Runner): void {
  const retrieval = program
    .command('retrieval')
    .description('objects of a copy, brought out of the archive class for a time');
  addPlan(retrieval, run);
  addCreate(retrieval, run);
  addChanges(retrieval, run);
  addPacks(retrieval, run);
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

function addPlan(retrieval: Command, run: Runner): void {
  const plan = retrieval
    .command('plan [restore-point-id]')
    .description('packs, bytes, and for each speed price and time; thaws nothing');
  choosing(plan).action((id: string | undefined, options: Chosen, command: Command) =>
    run(command, async (context) => {
      const { client, terminal } = context;
      const started = await client.call('planRetrieval', {
        body: chosenBody(id, options),
        idempotencyKey: idempotencyKey(),
      });
      const ended = await followToEnd(context, started.session);
      const params = { retrieval: started.retrieval.id };
      const planned = await client.call('getRetrieval', { params });
      terminal.result(planned, describePlan(planned, ended.problem?.message));
      context.exitWith(exitCodeOf(ended));
    }),
  );
}

function addCreate(retrieval: Command, run: Runner): void {
  const create = retrieval
    .command('create [restore-point-id]')
    .description('start a plan, or retrieve at once at whatever price')
    .option('--plan <id>', 'what was planned: refused if its price rose by more than 5 %')
    .addOption(
      new Option('--speed <speed>', 'how fast (default standard)').choices([...thawSpeeds]),
    )
    .option('--notice-hours <n>', 'a warning so long before the end', positiveInteger)
    .option(...detachOption);
  choosing(create).action((id: string | undefined, options: CreateOptions, command: Command) =>
    run(command, async (context) => {
      const started =
        options.plan === undefined
          ? await createUnplanned(context, id, options)
          : await startPlan(context, options.plan, options);
      context.terminal.note(`retrieval ${started.retrieval.id}`);
      context.terminal.note(`restore point ${started.session.id}, as packs get warm`);
      await finishWork(context, started.session, options);
    }),
  );
}

function createUnplanned({ client }: Context, id: string | undefined, options: CreateOptions) {
  const { speed, noticeHours } = options;
  const start = { ...(speed && { speed }), ...(noticeHours && { noticeHours }) };
  return client.call('createRetrieval', {
    body: { ...chosenBody(id, options), ...start },
    idempotencyKey: idempotencyKey(),
  });
}

function startPlan({ client }: Context, plan: string, options: CreateOptions) {
  const { speed = 'standard', noticeHours } = options;
  return client.call('startRetrieval', {
    params: { retrieval: plan },
    body: { speed, ...(noticeHours && { noticeHours }) },
    idempotencyKey: idempotencyKey(),
  });
}

function addChanges(retrieval: Command, run: Runner): void {
  retrieval
    .command('extend <id>')
    .description('prolong the availability period, without a new thaw')
    .option('--hours <n>', 'by so long (default 24)', positiveInteger, 24)
    .option(...detachOption)
    .action((id: string, options: { hours: number; detach?: boolean }, command: Command) =>
      run(command, async (context) => {
        const session = await context.client.call('extendRetrieval', {
          params: { retrieval: id },
          body: { seconds: options.hours * 3_600 },
          idempotencyKey: idempotencyKey(),
        });
        await finishWork(context, session, options);
      }),
    );
  retrieval
    .command('cancel <id>')
    .description('end what is planned or still retrieving; what began to thaw is paid')
    .action((id: string, _options: unknown, command: Command) =>
      run(command, async ({ client, terminal }) => {
        const ended = await client.call('cancelRetrieval', { params: { retrieval: id } });
        terminal.result(ended, `retrieval ${id} is ${ended.state}`);
      }),
    );
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
}

function addPacks(retrieval: Command, run: Runner): void {
  retrieval
    .command('packs <id>')
    .description('the packs of a retrieval, with their states')
    .option('--limit <n>', 'at most this many', positiveInteger, 100)
    .action((id: string, options: { limit: number }, command: Command) =>
      run(command, async ({ client, terminal }) => {
        const packs = await readPages<RetrievalPack>(options.limit, (query) =>
          client.call('listRetrievalPacks', { params: { retrieval: id }, query }),
        );
        const columns = [
          { heading: 'STATE', value: ({ state }: RetrievalPack) => state },
          { heading: 'BYTES', value: ({ bytes }: RetrievalPack) => bytes },
          { heading: 'PACK', value: ({ pack }: RetrievalPack) => pack },
        ];
        terminal.result(packs, renderTable(packs, columns));
      }),
    );
}

function choosing(command: Command): Command {
  return command
    .option('--copy-job <id-or-name>', 'its newest restore point, instead of an id')
    .option('--at <time>', 'with --copy-job: the newest of this time or before', isoTime)
    .option('--object <id>', 'only this object (may be repeated)', collect)
    .option('--folder <id>', 'only this folder of the one --object (may be repeated)', collect)
    .option('--item <id>', 'only this item of the one --object (may be repeated)', collect)
    .option('--availability-hours <n>', 'how long it stays readable (default 24)', positiveInteger);
}

function chosenBody(restorePointId: string | undefined, chosen: Chosen): RetrievalPlanCreate {
  const { copyJob, at, availabilityHours } = chosen;
  return {
    ...(restorePointId !== undefined && { restorePointId }),
    ...(copyJob !== undefined && { copyJobId: copyJob }),
    ...(at !== undefined && { at }),
    ...selection(chosen),
    ...(availabilityHours !== undefined && { availabilitySeconds: availabilityHours * 3_600 }),
  };
}

const needsOneObject = '--folder and --item are of one object: give --object once';

function selection({ object = [], folder = [], item = [] }: Chosen) {
  const [objectId] = object;
  if (objectId === undefined) {
    if (folder.length + item.length > 0) throw new AppError('E_CONFIG_INVALID', needsOneObject);
    return {};
  }
  if (folder.length === 0 && item.length === 0) {
    return { objects: object.map((each) => ({ objectId: each })) };
  }
  if (object.length > 1) throw new AppError('E_CONFIG_INVALID', needsOneObject);
  const below = {
    ...(folder.length > 0 && { folderIds: [...folder] }),
    ...(item.length > 0 && { itemIds: [...item] }),
  };
  return { objects: [{ objectId, ...below }] };
}

function isoTime(text: string): string {
  const ms = Date.parse(text);
  if (Number.isFinite(ms)) return new Date(ms).toISOString();
  throw new InvalidArgumentError('give a time as 2026-01-31 or 2026-01-31T12:00:00Z.');
}
