import type { Organization } from '@firn/shared/rest/schemas/organization';
import type { Command } from 'commander';
import { readText } from '../config.ts';
import { addResource, type Runner } from './resource.ts';

interface AddOptions {
  readonly tenantId: string;
  readonly clientId: string;
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  readonly graphUrl?: string;
  readonly loginUrl?: string;
  readonly serviceCaFile?: string;
}

export function addOrganizationCommands(program: Command, run: Runner): void {
  const organization = program
    .command('organization')
    .description('Microsoft 365 organizations to back up');
  organization
    .command('add <name>')
    .description('add a Microsoft 365 organization by its app registration')
    .requiredOption('--tenant-id <id>', 'directory (tenant) id')
    .requiredOption('--client-id <id>', 'application (client) id')
    .requiredOption('--certificate-file <file>', 'certificate of the app, PEM')
    .requiredOption('--private-key-file <file>', 'private key of the certificate, PEM')
    .option('--graph-url <url>', 'another Graph endpoint (national clouds, simulator)')
    .option('--login-url <url>', 'another sign-in endpoint')
    .option('--service-ca-file <file>', 'private CA of these endpoints, PEM')
    .action((name: string, options: AddOptions, command: Command) =>
      run(command, async ({ client, terminal }) => {
        const added = await client.call('createOrganization', { body: bodyOf(name, options) });
        terminal.result(added, `organization ${added.name} added (${added.id})`);
      }),
    );
  addResource<Organization>(organization, run, {
    noun: 'organization',
    columns: [
      { heading: 'NAME', value: ({ name }) => name },
      { heading: 'TENANT', value: ({ tenantId }) => tenantId },
      { heading: 'CERTIFICATE UNTIL', value: (row) => row.certificateExpiresAt },
      { heading: 'ID', value: ({ id }) => id },
    ],
    list: ({ client }, query) => client.call('listOrganizations', { query }),
    get: ({ client }, it) => client.call('getOrganization', { params: { organization: it } }),
    remove: ({ client }, it) => client.call('deleteOrganization', { params: { organization: it } }),
  });
}

function bodyOf(name: string, options: AddOptions) {
  const { tenantId, clientId, graphUrl, loginUrl, serviceCaFile } = options;
  return {
    name,
    tenantId,
    clientId,
    certificatePem: readText(options.certificateFile, '--certificate-file'),
    privateKeyPem: readText(options.privateKeyFile, '--private-key-file'),
    ...(graphUrl === undefined ? {} : { graphUrl }),
    ...(loginUrl === undefined ? {} : { loginUrl }),
    ...(serviceCaFile === undefined ? {} : { caPem: readText(serviceCaFile, '--service-ca-file') }),
  };
}
