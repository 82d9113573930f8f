import type { ProxyAgent } from '@firn/shared/rest/schemas/proxy';
import type { Command } from 'commander';
import { addResource, type Runner } from './resource.ts';

export function addProxyCommands(program: Command, run: Runner): void {
  const proxy = program.command('proxy').description('proxy agents');
  proxy
    .command('join <name>')
    .description('make a one-time join string for a new proxy agent')
    .action((name: string, _options: unknown, command: Command) =>
      run(command, async ({ client, terminal }) => {
        const token = await client.call('createEnrollmentToken', { body: { name } });
        terminal.note(`good once, until ${token.expiresAt}; start the agent with FIRN_JOIN=`);
        terminal.result(token, token.joinString);
      }),
    );
  addResource<ProxyAgent>(proxy, run, {
    noun: 'proxy',
    columns: [
      { heading: 'NAME', value: ({ name }) => name },
      { heading: 'CONNECTED', value: ({ connected }) => (connected ? 'yes' : 'no') },
      { heading: 'VERSION', value: ({ version }) => version },
      { heading: 'LAST SEEN', value: ({ lastSeenAt }) => lastSeenAt },
      { heading: 'ID', value: ({ id }) => id },
    ],
    list: ({ client }, query) => client.call('listProxies', { query }),
    get: ({ client }, it) => client.call('getProxy', { params: { proxy: it } }),
    remove: ({ client }, it) => client.call('deleteProxy', { params: { proxy: it } }),
  });
}
