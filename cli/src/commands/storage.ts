import type { StorageClass } from '@firn/shared/rest/schemas/fields';
import type { ObjectStorage, StorageProvider } from '@firn/shared/rest/schemas/object-storage';
import { type Command, Option } from 'commander';
import { readText } from '../config.ts';
import { addResource, type Runner } from './resource.ts';

interface AddOptions {
  readonly provider: StorageProvider;
  readonly container: string;
  readonly accountName?: string;
  readonly accountKeyFile?: string;
  readonly endpoint?: string;
  readonly folder?: string;
  readonly storageClass: StorageClass;
}

export function addStorageCommands(program: Command, run: Runner): void {
  const storage = program
    .command('storage')
    .description('object storages that extend repositories');
  storage
    .command('add <name>')
    .description('add an object storage')
    .addOption(providerOption())
    .requiredOption('--container <name>', 'container; for folder: an absolute path on the proxy')
    .option('--account-name <name>', 'storage account (azure-blob)')
    .option('--account-key-file <file>', 'file that holds an account key (azure-blob)')
    .option('--endpoint <url>', 'blob endpoint, when not <account>.blob.core.windows.net')
    .option('--folder <path>', 'folder inside the container')
    .addOption(storageClassOption())
    .action((name: string, options: AddOptions, command: Command) =>
      run(command, async ({ client, terminal }) => {
        const added = await client.call('createObjectStorage', { body: bodyOf(name, options) });
        terminal.result(added, `object storage ${added.name} added (${added.id})`);
      }),
    );
  addResource<ObjectStorage>(storage, run, {
    noun: 'object storage',
    columns: [
      { heading: 'NAME', value: ({ name }) => name },
      { heading: 'PROVIDER', value: ({ provider }) => provider },
      { heading: 'CONTAINER', value: ({ container, folder }) => `${container}/${folder}` },
      { heading: 'CLASS', value: ({ storageClass }) => storageClass },
      { heading: 'ID', value: ({ id }) => id },
    ],
    list: ({ client }, query) => client.call('listObjectStorages', { query }),
    get: ({ client }, it) => client.call('getObjectStorage', { params: { objectStorage: it } }),
    remove: ({ client }, it) =>
      client.call('deleteObjectStorage', { params: { objectStorage: it } }),
  });
}

function providerOption(): Option {
  return new Option('--provider <name>', 'where it is')
    .choices(['azure-blob', 'folder'])
    .default('azure-blob');
}

function storageClassOption(): Option {
  return new Option('--storage-class <class>', 'class of data packs')
    .choices(['hot', 'cool', 'cold', 'archive'])
    .default('hot');
}

function bodyOf(name: string, options: AddOptions) {
  const { provider, container, accountName, accountKeyFile, endpoint, folder } = options;
  return {
    name,
    provider,
    container,
    storageClass: options.storageClass,
    ...(accountName === undefined ? {} : { accountName }),
    ...(accountKeyFile === undefined
      ? {}
      : { accountKey: readText(accountKeyFile, '--account-key-file') }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(folder === undefined ? {} : { folder }),
  };
}
