import type { ObjectStorage, StorageProvider } from '@firn/shared/rest/schemas/object-storage';
import { type StorageClass, storageClasses } from '@firn/shared/storage-class/storage-class';
import { type Command, Option } from 'commander';
import { readText } from '../config.ts';
import { addResource, type Runner } from './resource.ts';
import { addStorageTest } from './storage-test.ts';

interface AddOptions {
  readonly provider: StorageProvider;
  readonly container: string;
  readonly accountName?: string;
  readonly accountKeyFile?: string;
  readonly accessKeyId?: string;
  readonly secretKeyFile?: string;
  readonly region?: string;
  readonly pathStyle?: boolean;
  readonly storageCaFile?: string;
  readonly roleArn?: string;
  readonly roleExternalId?: string;
  readonly stsEndpoint?: string;
  readonly endpoint?: string;
  readonly folder?: string;
  readonly storageClass: StorageClass;
}

export function addStorageCommands(program: Command, run: Runner, signal: AbortSignal): void {
  const storage = program
    .command('storage')
    .description('object storages that extend repositories');
  storage
    .command('add <name>')
    .description('add an object storage')
    .addOption(providerOption())
    .requiredOption(
      '--container <name>',
      'container or bucket; for folder: an absolute path on the proxy',
    )
    .option('--account-name <name>', 'storage account (azure-blob)')
    .option('--account-key-file <file>', 'file that holds an account key (azure-blob)')
    .option('--access-key-id <id>', 'access key (s3)')
    .option('--secret-key-file <file>', 'file that holds the secret access key (s3)')
    .option('--region <name>', 'region of the bucket (s3)')
    .option('--endpoint <url>', 'when it is not the public cloud of Azure or AWS')
    .option('--path-style', 'the bucket in the path; default with --endpoint (s3)')
    .option('--no-path-style', 'the bucket in the host name (s3)')
    .option('--storage-ca-file <file>', 'PEM of a private CA (s3)')
    .option('--role-arn <arn>', 'role that the keys assume: workers get keys of it that end (s3)')
    .option('--role-external-id <id>', 'what the trust policy of the role asks for (s3)')
    .option('--sts-endpoint <url>', 'where the role is assumed, when it is not AWS (s3)')
    .option('--folder <path>', 'folder inside the container')
    .addOption(storageClassOption())
    .action((name: string, options: AddOptions, command: Command) =>
      run(command, async ({ client, terminal }) => {
        const added = await client.call('createObjectStorage', { body: bodyOf(name, options) });
        terminal.result(added, `object storage ${added.name} added (${added.id})`);
      }),
    );
  addStorageTest(storage, run, signal);
  addResource<ObjectStorage>(storage, run, {
    noun: 'object storage',
    columns: [
      { heading: 'NAME', value: ({ name }) => name },
      { heading: 'PROVIDER', value: ({ provider }) => provider },
      { heading: 'CONTAINER', value: placeOf },
      { heading: 'CLASS', value: ({ storageClass }) => storageClass },
      { heading: 'ID', value: ({ id }) => id },
    ],
    list: ({ client }, query) => client.call('listObjectStorages', { query }),
    get: ({ client }, it) => client.call('getObjectStorage', { params: { objectStorage: it } }),
    remove: ({ client }, it) =>
      client.call('deleteObjectStorage', { params: { objectStorage: it } }),
  });
}

function placeOf({ container, folder }: ObjectStorage): string {
  return folder === '' ? container : `${container}/${folder}`;
}

function providerOption(): Option {
  return new Option('--provider <name>', 'where it is')
    .choices(['azure-blob', 's3', 'folder'])
    .default('azure-blob');
}

function storageClassOption(): Option {
  return new Option('--storage-class <class>', 'class of data packs')
    .choices([...storageClasses])
    .default('hot');
}

function bodyOf(name: string, options: AddOptions) {
  const { accountKeyFile, secretKeyFile, storageCaFile, ...plain } = options;
  return {
    name,
    ...plain,
    ...(accountKeyFile && { accountKey: readText(accountKeyFile, '--account-key-file') }),
    ...(secretKeyFile && { secretAccessKey: readText(secretKeyFile, '--secret-key-file') }),
    ...(storageCaFile && { caPem: readText(storageCaFile, '--storage-ca-file') }),
  };
}
