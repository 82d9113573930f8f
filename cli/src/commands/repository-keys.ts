import type { RepositoryKeys } from '@firn/shared/rest/schemas/repository-keys';
import type { Session } from '@firn/shared/rest/schemas/session';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { renderTable } from '../output/table.ts';
import type { PasswordInput } from '../password/password-input.ts';
import type { Runner } from './resource.ts';
import { detachOption, finishWork, idempotencyKey, type WorkOptions } from './work.ts';

const newPasswordOption = [
  '--new-password-file <file>',
  'file with the new password, - for a line of the standard input; default: asked for',
] as const;

/** Who can open a repository: passwords, keys of the key service, key epochs. */
export function addRepositoryKeyCommands(repository: Command, run: Runner): void {
  addList(repository.command('keys <id-or-name>'), run);
  addPasswordCommands(repository.command('password').description('passwords'), run);
  addKmsKeyCommands(repository.command('kms-key').description('keys of the key service'), run);
  addRotate(repository, run);
}

function addList(command: Command, run: Runner): void {
  command
    .description('who can open the repository, and what lies under a key that was open')
    .action((repository: string, _options: unknown, self: Command) =>
      run(self, async (context) => {
        const keys = await context.client.call('listRepositoryKeys', { params: { repository } });
        context.terminal.result(keys, describeKeys(keys));
      }),
    );
}

function describeKeys({ slots, epochs }: RepositoryKeys): string {
  const table = renderTable(slots, [
    { heading: 'ID', value: ({ id }) => id },
    { heading: 'TYPE', value: ({ type }) => type },
    { heading: 'LABEL', value: ({ label, kmsKeyId }) => kmsKeyId ?? label },
  ]);
  const lines = epochs.map(({ epoch, current, open }) => {
    const use = current ? 'everything is written under it' : 'older data lies under it';
    const warning = open
      ? '; its key lay open in the storage: treat what it seals as readable'
      : '';
    return `key epoch ${epoch}: ${use}${warning}`;
  });
  return [table, ...lines].join('\n');
}

function addPasswordCommands(password: Command, run: Runner): void {
  addList(password.command('list <id-or-name>'), run);
  password
    .command('add <id-or-name>')
    .description('let another password open the repository')
    .option(...newPasswordOption)
    .option('--label <text>', 'what to call it', '')
    .option(...detachOption)
    .action((repository: string, options: AddOptions, command: Command) =>
      work(run, { command, options }, async ({ client, passwords }) => {
        const password = await readNew(passwords, options.newPasswordFile);
        const body = { password, label: options.label };
        return client.call('addRepositoryPassword', { params: { repository }, body, ...once() });
      }),
    );
  password
    .command('change <id-or-name>')
    .description('put a new password in the place of one')
    .option(
      '--password-file <file>',
      'file with the password as it is, - for a line of the standard input; default: FIRN_REPOSITORY_PASSWORD, or asked for',
    )
    .option(...newPasswordOption)
    .option(...detachOption)
    .action((repository: string, options: ChangeOptions, command: Command) =>
      work(run, { command, options }, async ({ client, passwords }) => {
        const from = { file: options.passwordFile, option: '--password-file' };
        const currentPassword = await passwords.current(from);
        const newPassword = await readNew(passwords, options.newPasswordFile);
        const body = { currentPassword, newPassword };
        return client.call('changeRepositoryPassword', { params: { repository }, body, ...once() });
      }),
    );
  addRemove(password, run, 'the password opens nothing any more');
}

function addKmsKeyCommands(kmsKey: Command, run: Runner): void {
  kmsKey
    .command('add <id-or-name> <key>')
    .description('let a key of the key service open the repository')
    .option('--label <text>', 'what to call it', '')
    .option(...detachOption)
    .action((repository: string, kmsKeyId: string, options: LabelOptions, command: Command) => {
      const body = { kmsKeyId, label: options.label };
      return work(run, { command, options }, ({ client }) =>
        client.call('addRepositoryKmsKey', { params: { repository }, body, ...once() }),
      );
    });
  addRemove(kmsKey, run, 'the key of the key service opens nothing any more');
}

function addRemove(parent: Command, run: Runner, description: string): void {
  parent
    .command('remove <id-or-name> <id>')
    .description(`${description}; the id is that of "firn repository keys"`)
    .option(...detachOption)
    .action((repository: string, slot: string, options: WorkOptions, command: Command) =>
      work(run, { command, options }, ({ client }) =>
        client.call('removeRepositorySlot', { params: { repository, slot }, ...once() }),
      ),
    );
}

function addRotate(repository: Command, run: Runner): void {
  repository
    .command('rotate-key <id-or-name>')
    .description('begin a key epoch: new data under a new key, encryption turned on')
    .option(
      '--new-password-file <file...>',
      'files with the passwords that open it from then on; default: one that is asked for, unless a key is given',
    )
    .option('--kms-key <key>', 'a key of the key service that opens it as well')
    .option(...detachOption)
    .action((it: string, options: RotateOptions, command: Command) =>
      work(run, { command, options }, async ({ client, passwords }) => {
        const body = await rotationOf(passwords, options);
        return client.call('rotateRepositoryKey', { params: { repository: it }, body, ...once() });
      }),
    );
}

async function rotationOf(input: PasswordInput, options: RotateOptions) {
  const { newPasswordFile: files, kmsKey } = options;
  const passwords: { readonly password: string }[] = [];
  for (const file of files ?? (kmsKey === undefined ? [undefined] : [])) {
    passwords.push({ password: await readNew(input, file) });
  }
  return { passwords, ...(kmsKey === undefined ? {} : { kmsKeyId: kmsKey }) };
}

interface LabelOptions extends WorkOptions {
  readonly label: string;
}

interface AddOptions extends LabelOptions {
  readonly newPasswordFile?: string;
}

interface ChangeOptions extends WorkOptions {
  readonly passwordFile?: string;
  readonly newPasswordFile?: string;
}

interface RotateOptions extends WorkOptions {
  readonly newPasswordFile?: readonly string[];
  readonly kmsKey?: string;
}

function work(
  run: Runner,
  { command, options }: { readonly command: Command; readonly options: WorkOptions },
  start: (context: Context) => Promise<Session>,
): Promise<void> {
  return run(command, async (context) => {
    await finishWork(context, await start(context), options);
  });
}

function readNew(passwords: PasswordInput, file: string | undefined): Promise<string> {
  return passwords.fresh({ file, option: '--new-password-file' });
}

function once(): { readonly idempotencyKey: string } {
  return { idempotencyKey: idempotencyKey() };
}
