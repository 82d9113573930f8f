import type { Job } from '@firn/shared/rest/schemas/job';
import { type Command, Option } from 'commander';
import { addResource, collect, type Runner } from '../resource.ts';
import {
  addRetentionOptions,
  describeRetention,
  nothingToChange,
  type RetentionOptions,
  retentionOf,
} from '../retention.ts';
import { detachOption, finishWork, idempotencyKey } from '../work.ts';
import { addScheduleCommands } from './schedule-commands.ts';
import {
  addScheduleOptions,
  addScheduleRemovals,
  type ScheduleCliOptions,
  scheduleOf,
} from './schedule-options.ts';
import { describeNextRun, describeSchedule, describeWhen } from './schedule-text.ts';

interface JobOptions extends RetentionOptions, ScheduleCliOptions {
  readonly organization: string;
  readonly repository: string;
  readonly user?: readonly string[];
  readonly excludeUser?: readonly string[];
  readonly mailboxes: boolean;
  readonly onedrives: boolean;
  readonly disabled?: boolean;
}

const kinds = ['manual', 'daily', 'periodically'] as const;

export function addJobCommands(program: Command, run: Runner): void {
  const job = program.command('job').description('backup jobs');
  addJobCreate(job, run);
  job
    .command('start <id-or-name>')
    .description('run a backup job now')
    .option('--full', 'read everything again')
    .option(...detachOption)
    .action((idOrName: string, options: { full?: boolean; detach?: boolean }, command: Command) =>
      run(command, async (context) => {
        const session = await context.client.call('startJob', {
          params: { job: idOrName },
          body: { full: options.full === true },
          idempotencyKey: idempotencyKey(),
        });
        await finishWork(context, session, options);
      }),
    );
  addJobUpdate(job, run);
  addResource<Job>(job, run, {
    noun: 'backup job',
    columns: [
      { heading: 'NAME', value: ({ name }) => name },
      { heading: 'SCOPE', value: ({ scope }) => describeScope(scope) },
      { heading: 'SCHEDULE', value: describeWhen },
      { heading: 'NEXT RUN', value: describeNextRun },
      { heading: 'ID', value: ({ id }) => id },
    ],
    list: ({ client }, query) => client.call('listJobs', { query }),
    get: ({ client }, it) => client.call('getJob', { params: { job: it } }),
  });
  addScheduleCommands(job, run, {
    noun: 'backup job',
    get: ({ client }, it) => client.call('getJob', { params: { job: it } }),
    setEnabled: ({ client }, it, enabled) =>
      client.call('updateJob', { params: { job: it }, body: { enabled } }),
    slots: ({ client }, it, query) => client.call('listJobSlots', { params: { job: it }, query }),
  });
  addJobDelete(job, run);
}

function addJobCreate(job: Command, run: Runner): void {
  addScheduleOptions(addRetentionOptions(job.command('create <name>')), kinds)
    .description('create a backup job: the entire organization, or chosen users')
    .requiredOption('--organization <name>', 'the organization to back up')
    .requiredOption('--repository <name>', 'where backups go')
    .option('--user <upn>', 'only this user (may be repeated)', collect)
    .option('--exclude-user <upn>', 'not this user (may be repeated)', collect)
    .option('--no-mailboxes', 'leave mailboxes out')
    .option('--no-onedrives', 'leave OneDrives out')
    .option('--disabled', 'only by hand until it is enabled')
    .action((name: string, options: JobOptions, command: Command) =>
      run(command, async ({ client, terminal }) => {
        const created = await client.call('createJob', { body: jobBody(name, options) });
        const text = `backup job ${created.name} created (${created.id})`;
        terminal.result(created, `${text}\n${describeSchedule(created)}`);
      }),
    );
}

function addJobUpdate(job: Command, run: Runner): void {
  const update = job.command('update <id-or-name>').alias('edit');
  addScheduleRemovals(addScheduleOptions(addRetentionOptions(update), kinds))
    .description('change when a job runs, and how long its backups stay')
    .addOption(
      new Option('--repository-retention', "as long as the repository's other backups").conflicts([
        'retentionType',
        'keepFor',
        'keepLast',
      ]),
    )
    .action((idOrName: string, options: UpdateOptions, command: Command) =>
      run(command, async ({ client, terminal }) => {
        if (!changesSomething(options)) nothingToChange(command, ', or when with --schedule');
        const params = { job: idOrName };
        const retention = options.repositoryRetention === true ? null : retentionOf(options);
        const { schedule: before } = await client.call('getJob', { params });
        const schedule = scheduleOf(options, before);
        const body = {
          ...(retention === undefined ? {} : { retention }),
          ...(schedule === undefined ? {} : { schedule }),
        };
        const updated = await client.call('updateJob', { params, body });
        terminal.result(updated, describeUpdated(updated));
      }),
    );
}

function changesSomething(options: UpdateOptions): boolean {
  return (
    options.repositoryRetention === true ||
    retentionOf(options) !== undefined ||
    scheduleOf(options) !== undefined
  );
}

function describeUpdated(job: Job): string {
  const { name, retention } = job;
  const text = retention === undefined ? "the repository's" : describeRetention(retention);
  return `${name}\n${describeSchedule(job)}\nretention: ${text}`;
}

function addJobDelete(job: Command, run: Runner): void {
  job
    .command('delete <id-or-name>')
    .description('delete a backup job; its restore points stay')
    .option('--with-copy-jobs', 'delete its copy jobs as well; their copies stay')
    .action((idOrName: string, options: { withCopyJobs?: boolean }, command: Command) =>
      run(command, async ({ client, terminal }) => {
        const query = { withCopyJobs: options.withCopyJobs === true };
        await client.call('deleteJob', { params: { job: idOrName }, query });
        terminal.result({ deleted: idOrName }, `backup job ${idOrName} deleted`);
      }),
    );
}

interface UpdateOptions extends RetentionOptions, ScheduleCliOptions {
  readonly repositoryRetention?: boolean;
}

function jobBody(name: string, options: JobOptions) {
  const { user, excludeUser } = options;
  const retention = retentionOf(options);
  const schedule = scheduleOf(options);
  return {
    name,
    organizationId: options.organization,
    repositoryId: options.repository,
    scope: {
      entireOrganization: user === undefined,
      ...(user === undefined ? {} : { users: [...user] }),
      ...(excludeUser === undefined ? {} : { excludeUsers: [...excludeUser] }),
    },
    objects: { mailboxes: options.mailboxes, oneDrives: options.onedrives },
    ...(retention === undefined ? {} : { retention }),
    ...(schedule === undefined ? {} : { schedule }),
    enabled: options.disabled !== true,
  };
}

function describeScope(scope: Job['scope']): string {
  const covered = scope.entireOrganization
    ? 'entire organization'
    : `${scope.users?.length ?? 0} users`;
  const left = scope.excludeUsers?.length ?? 0;
  return left === 0 ? covered : `${covered}, without ${left}`;
}
