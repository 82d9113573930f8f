import type { CopyJob } from '@firn/shared/rest/schemas/job';
import { type Command, Option } from 'commander';
import { addResource, positiveInteger, type Runner } from '../resource.ts';
import { detachOption, finishWork, idempotencyKey } from '../work.ts';
import { addScheduleCommands } from './schedule-commands.ts';
import {
  addScheduleOptions,
  addScheduleRemovals,
  type ScheduleCliOptions,
  scheduleOf,
} from './schedule-options.ts';
import { describeNextRun, describeSchedule, describeWhen } from './schedule-text.ts';

interface CopyJobOptions extends ScheduleCliOptions {
  readonly job: string;
  readonly repository: string;
  readonly packSizeMib?: number;
  readonly repackBy?: 'proxy' | 'appliance';
  readonly appliancesMax?: number;
  readonly applianceTemplate?: string;
  readonly seed?: CopyJob['seed'];
  readonly disabled?: boolean;
}

const kinds = ['manual', 'immediately', 'daily', 'periodically'] as const;

export function addCopyJobCommands(program: Command, run: Runner): void {
  const copyJob = program.command('copy-job').description('backup copy jobs');
  addCopyJobCreate(copyJob, run);
  copyJob
    .command('start <id-or-name>')
    .description('copy now: the restore point that waits longest, else the newest')
    .option(...detachOption)
    .option('--seal', 'leave nothing in hot tails: packs of the class need not be full then')
    .action((idOrName: string, options: { detach?: boolean; seal?: boolean }, command: Command) =>
      run(command, async (context) => {
        const session = await context.client.call('startCopyJob', {
          params: { copyJob: idOrName },
          body: { seal: options.seal ?? false },
          idempotencyKey: idempotencyKey(),
        });
        await finishWork(context, session, options);
      }),
    );
  addCopyJobUpdate(copyJob, run);
  addCopyJobResource(copyJob, run);
}

function addCopyJobCreate(copyJob: Command, run: Runner): void {
  addScheduleOptions(copyJob.command('create <name>'), kinds)
    .description('copy the restore points of a backup job to another repository, repacked')
    .requiredOption('--job <name>', 'the backup job to copy')
    .requiredOption(
      '--repository <name>',
      'target, on the same proxy and of the same retention type',
    )
    .option('--pack-size-mib <n>', 'size of archive packs', positiveInteger)
    .addOption(new Option('--repack-by <who>', 'who repacks').choices(['proxy', 'appliance']))
    .option('--appliances-max <n>', 'as many share a large session, 1 to 8', positiveInteger)
    .option(
      '--appliance-template <name>',
      "where appliances start; default: on the controller's machine",
    )
    .addOption(
      new Option('--seed <points>', 'what the first run copies of what is there').choices([
        'latest',
        'all',
      ]),
    )
    .option('--disabled', 'only by hand until it is enabled')
    .action((name: string, options: CopyJobOptions, command: Command) =>
      run(command, async ({ client, terminal }) => {
        const created = await client.call('createCopyJob', { body: copyJobBody(name, options) });
        const text = `backup copy job ${created.name} created (${created.id})`;
        terminal.result(created, `${text}\n${describeSchedule(created)}`);
      }),
    );
}

function addCopyJobUpdate(copyJob: Command, run: Runner): void {
  const update = copyJob.command('update <id-or-name>').alias('edit');
  addScheduleRemovals(addScheduleOptions(update, kinds))
    .description('change when a copy job runs')
    .action((idOrName: string, options: ScheduleCliOptions, command: Command) =>
      run(command, async ({ client, terminal }) => {
        if (scheduleOf(options) === undefined) {
          command.error('error: nothing to change: say when it runs, e.g. with --schedule');
        }
        const params = { copyJob: idOrName };
        const { schedule: before } = await client.call('getCopyJob', { params });
        const schedule = scheduleOf(options, before) ?? before;
        const updated = await client.call('updateCopyJob', { params, body: { schedule } });
        terminal.result(updated, `${updated.name}\n${describeSchedule(updated)}`);
      }),
    );
}

function copyJobBody(name: string, options: CopyJobOptions) {
  const { job, repository, packSizeMib, repackBy, appliancesMax, seed, disabled = false } = options;
  const { applianceTemplate: applianceTemplateId } = options;
  const schedule = scheduleOf(options);
  return {
    name,
    jobId: job,
    repositoryId: repository,
    ...(packSizeMib === undefined ? {} : { packSizeMiB: packSizeMib }),
    ...(repackBy === undefined ? {} : { repackBy }),
    ...(appliancesMax === undefined ? {} : { appliancesMax }),
    ...(applianceTemplateId === undefined ? {} : { applianceTemplateId }),
    ...(seed === undefined ? {} : { seed }),
    ...(schedule === undefined ? {} : { schedule }),
    enabled: !disabled,
  };
}

function addCopyJobResource(copyJob: Command, run: Runner): void {
  addResource<CopyJob>(copyJob, run, {
    noun: 'backup copy job',
    columns: [
      { heading: 'NAME', value: ({ name }) => name },
      { heading: 'JOB', value: ({ jobId }) => jobId },
      { heading: 'SCHEDULE', value: describeWhen },
      { heading: 'NEXT RUN', value: describeNextRun },
      { heading: 'REPACKED BY', value: ({ repackBy }) => repackBy },
      { heading: 'ID', value: ({ id }) => id },
    ],
    list: ({ client }, query) => client.call('listCopyJobs', { query }),
    get: ({ client }, it) => client.call('getCopyJob', { params: { copyJob: it } }),
    remove: ({ client }, it) => client.call('deleteCopyJob', { params: { copyJob: it } }),
  });
  addScheduleCommands(copyJob, run, {
    noun: 'backup copy job',
    get: ({ client }, it) => client.call('getCopyJob', { params: { copyJob: it } }),
    setEnabled: ({ client }, it, enabled) =>
      client.call('updateCopyJob', { params: { copyJob: it }, body: { enabled } }),
    slots: ({ client }, it, query) =>
      client.call('listCopyJobSlots', { params: { copyJob: it }, query }),
  });
}
