import type { Token, TokenScope } from '@firn/shared/rest/schemas/token';
import { type Command, Option } from 'commander';
import { addResource, positiveInteger, type Runner } from './resource.ts';

export function addTokenCommands(program: Command, run: Runner): void {
  const token = program.command('token').description('API tokens');
  token
    .command('create <name>')
    .description('make an API token; its secret is shown once')
    .addOption(
      new Option('--scope <scope>', 'what it may do')
        .choices(['portal', 'read', 'operate', 'admin'])
        .default('read'),
    )
    .option('--expires-in-days <n>', 'how long it works', positiveInteger, 365)
    .action(
      (name: string, options: { scope: TokenScope; expiresInDays: number }, command: Command) =>
        run(command, async ({ client, terminal }) => {
          const created = await client.call('createToken', { body: { name, ...options } });
          terminal.result(created, created.secret);
        }),
    );
  addResource<Token>(token, run, {
    noun: 'API token',
    key: 'id',
    columns: [
      { heading: 'NAME', value: ({ name }) => name },
      { heading: 'SCOPE', value: ({ scope }) => scope },
      { heading: 'EXPIRES', value: ({ expiresAt }) => expiresAt },
      { heading: 'LAST USED', value: ({ lastUsedAt }) => lastUsedAt },
      { heading: 'ID', value: ({ id }) => id },
    ],
    list: ({ client }, query) => client.call('listTokens', { query }),
    get: ({ client }, id) => client.call('getToken', { params: { token: id } }),
    remove: ({ client }, id) => client.call('deleteToken', { params: { token: id } }),
  });
}
