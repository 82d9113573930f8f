import type { Repository } from '@firn/shared/rest/schemas/repository';
import { type Command, Option } from 'commander';
import type { PasswordInput } from '../password/password-input.ts';
import { addCheckCommands } from './check.ts';
import { addRepositoryKeyCommands } from './repository-keys.ts';
import { addResource, positiveInteger, type Runner } from './resource.ts';
import {
  addRetentionCommands,
  addRetentionOptions,
  describeRetention,
  type RetentionOptions,
  retentionOf,
} from './retention.ts';
import { detachOption, finishWork, idempotencyKey } from './work.ts';

interface CreateOptions extends RetentionOptions {
  readonly proxy: string;
  readonly storage: string;
  readonly passwordFile?: string;
  readonly encrypt?: boolean;
  readonly kmsKey?: string;
  readonly detach?: boolean;
  readonly immutableDays?: number;
  readonly immutableMode: 'governance' | 'compliance';
}

export function addRepositoryCommands(program: Command, run: Runner): void {
  const repository = program.command('repository').description('backup repositories');
  addCreate(repository, run);
  addCheckCommands(repository, run);
  addRetentionCommands(repository, run);
  addRepositoryKeyCommands(repository, run);
  addResource<Repository>(repository, run, {
    noun: 'repository',
    columns: [
      { heading: 'NAME', value: ({ name }) => name },
      { heading: 'STATE', value: ({ state }) => state },
      { heading: 'ENCRYPTED', value: ({ encrypted }) => (encrypted ? 'yes' : 'no') },
      { heading: 'RETENTION', value: ({ retention }) => describeRetention(retention) },
      { heading: 'ID', value: ({ id }) => id },
    ],
    list: ({ client }, query) => client.call('listRepositories', { query }),
    get: ({ client }, it) => client.call('getRepository', { params: { repository: it } }),
    remove: ({ client }, it) => client.call('deleteRepository', { params: { repository: it } }),
  });
}

function addCreate(repository: Command, run: Runner): void {
  addRetentionOptions(repository.command('create <name>'))
    .description('make a backup repository on a proxy, extended with an object storage')
    .requiredOption('--proxy <name>', 'the proxy that owns it')
    .requiredOption('--storage <name>', 'the object storage that extends it')
    .option('--encrypt', 'by a password that is asked for, and never stored')
    .option(
      '--password-file <file>',
      'encrypt it: file with the password, - for the standard input',
    )
    .option('--kms-key <key>', 'encrypt it: a key of the key service, beside a password or alone')
    .option('--immutable-days <n>', 'the storage locks what is put for so long', positiveInteger)
    .addOption(
      new Option('--immutable-mode <mode>', 'who may shorten it: a permission of its own, nobody')
        .choices(['governance', 'compliance'])
        .default('governance'),
    )
    .option(...detachOption)
    .action((name: string, options: CreateOptions, command: Command) =>
      run(command, async (context) => {
        const { session } = await context.client.call('createRepository', {
          body: await createBody(name, options, context.passwords),
          idempotencyKey: idempotencyKey(),
        });
        await finishWork(context, session, options);
      }),
    );
}

async function createBody(name: string, options: CreateOptions, passwords: PasswordInput) {
  const { proxy, storage, passwordFile: file, encrypt, kmsKey } = options;
  const isSealed = file !== undefined || encrypt === true;
  const retention = retentionOf(options);
  const { immutableDays, immutableMode } = options;
  return {
    name,
    proxyId: proxy,
    objectStorageId: storage,
    ...(isSealed ? { password: await passwords.fresh({ file, option: '--password-file' }) } : {}),
    ...(kmsKey === undefined ? {} : { kmsKeyId: kmsKey }),
    ...(retention === undefined ? {} : { retention }),
    ...(immutableDays === undefined
      ? {}
      : { immutability: { mode: immutableMode, days: immutableDays } }),
  };
}
