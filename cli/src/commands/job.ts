import type { CopyJob, Job } from '@firn/shared/rest/schemas/job';
import { type Command, Option } from 'commander';
import { addResource, collect, positiveInteger, type Runner } from './resource.ts';
import {
  addRetentionOptions,
  describeRetention,
  nothingToChange,
  type RetentionOptions,
  retentionOf,
} from './retention.ts';
import { detachOption, finishWork, idempotencyKey } from './work.ts';

interface JobOptions extends RetentionOptions {
  readonly organization: string;
  readonly repository: string;
  readonly user?: readonly string[];
  readonly excludeUser?: readonly string[];
  readonly mailboxes: boolean;
  readonly onedrives: boolean;
}

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
      { heading: 'REPOSITORY', value: ({ repositoryId }) => repositoryId },
      { heading: 'ID', value: ({ id }) => id },
    ],
    list: ({ client }, query) => client.call('listJobs', { query }),
    get: ({ client }, it) => client.call('getJob', { params: { job: it } }),
    remove: ({ client }, it) => client.call('deleteJob', { params: { job: it } }),
  });
}

function addJobCreate(job: Command, run: Runner): void {
  addRetentionOptions(job.command('create <name>'))
    .description('create a backup job: the entire organization, or chosen users')
    .requiredOption('--organization <name>', 'the organization to back up')
    .requiredOption('--repository <name>', 'where backups go')
    .option('--user <upn>', 'only this user (may be repeated)', collect)
    .option('--exclude-user <upn>', 'not this user (may be repeated)', collect)
    .option('--no-mailboxes', 'leave mailboxes out')
    .option('--no-onedrives', 'leave OneDrives out')
    .action((name: string, options: JobOptions, command: Command) =>
      run(command, async ({ client, terminal }) => {
        const created = await client.call('createJob', { body: jobBody(name, options) });
        terminal.result(created, `backup job ${created.name} created (${created.id})`);
      }),
    );
}

function addJobUpdate(job: Command, run: Runner): void {
  addRetentionOptions(job.command('update <id-or-name>'))
    .description("change how long a job's backups stay")
    .addOption(
      new Option('--repository-retention', "as long as the repository's other backups").conflicts([
        'retentionType',
        'keepFor',
        'keepLast',
      ]),
    )
    .action((idOrName: string, options: UpdateOptions, command: Command) =>
      run(command, async ({ client, terminal }) => {
        const own = options.repositoryRetention === true ? null : retentionOf(options);
        const updated = await client.call('updateJob', {
          params: { job: idOrName },
          body: { retention: own === undefined ? nothingToChange(command) : own },
        });
        const { retention } = updated;
        const text = retention === undefined ? "the repository's" : describeRetention(retention);
        terminal.result(updated, `${updated.name}: ${text}`);
      }),
    );
}

interface UpdateOptions extends RetentionOptions {
  readonly repositoryRetention?: boolean;
}

function jobBody(name: string, options: JobOptions) {
  const { user, excludeUser } = options;
  const retention = retentionOf(options);
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
  };
}

function describeScope(scope: Job['scope']): string {
  const covered = scope.entireOrganization
    ? 'entire organization'
    : `${scope.users?.length ?? 0} users`;
  const left = scope.excludeUsers?.length ?? 0;
  return left === 0 ? covered : `${covered}, without ${left}`;
}

interface CopyJobOptions {
  readonly job: string;
  readonly repository: string;
  readonly packSizeMib?: number;
  readonly repackBy?: 'proxy' | 'appliance';
}

export function addCopyJobCommands(program: Command, run: Runner): void {
  const copyJob = program.command('copy-job').description('backup copy jobs');
  copyJob
    .command('create <name>')
    .description('copy the restore points of a backup job to another repository, repacked')
    .requiredOption('--job <name>', 'the backup job to copy')
    .requiredOption(
      '--repository <name>',
      'target, on the same proxy and of the same retention type',
    )
    .option('--pack-size-mib <n>', 'size of archive packs', positiveInteger)
    .addOption(new Option('--repack-by <who>', 'who repacks').choices(['proxy', 'appliance']))
    .action((name: string, options: CopyJobOptions, command: Command) =>
      run(command, async ({ client, terminal }) => {
        const created = await client.call('createCopyJob', { body: copyJobBody(name, options) });
        terminal.result(created, `backup copy job ${created.name} created (${created.id})`);
      }),
    );
  copyJob
    .command('start <id-or-name>')
    .description('copy the newest restore point now')
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
  addCopyJobResource(copyJob, run);
}

function copyJobBody(name: string, options: CopyJobOptions) {
  const { job, repository, packSizeMib, repackBy } = options;
  return {
    name,
    jobId: job,
    repositoryId: repository,
    ...(packSizeMib === undefined ? {} : { packSizeMiB: packSizeMib }),
    ...(repackBy === undefined ? {} : { repackBy }),
  };
}

function addCopyJobResource(copyJob: Command, run: Runner): void {
  addResource<CopyJob>(copyJob, run, {
    noun: 'backup copy job',
    columns: [
      { heading: 'NAME', value: ({ name }) => name },
      { heading: 'JOB', value: ({ jobId }) => jobId },
      { heading: 'PACKS', value: ({ packSizeMiB }) => `${packSizeMiB} MiB` },
      { heading: 'REPACKED BY', value: ({ repackBy }) => repackBy },
      { heading: 'ID', value: ({ id }) => id },
    ],
    list: ({ client }, query) => client.call('listCopyJobs', { query }),
    get: ({ client }, it) => client.call('getCopyJob', { params: { copyJob: it } }),
    remove: ({ client }, it) => client.call('deleteCopyJob', { params: { copyJob: it } }),
  });
}
