import { join } from 'node:path';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import type { AzureAccount } from '../../src/object-store/azure/container-sas.ts';
import { type AzuriteOptions, startAzurite } from '../../src/services/azurite.ts';
import { startChild } from '../../src/services/child-process.ts';

const hourMs = 3_600_000;
/** At standard priority. */
const longestThawMs = 15 * hourMs;

export interface RunningFront extends Omit<AzureAccount, 'container'> {
  /** Posts to its administrator: `clock`, `faults`, `rehydrations`, … */
  administer(what: string, body: unknown): Promise<void>;
  meter(): Promise<FrontMeter>;
  finishRehydrations(): Promise<void>;
  /** Of a container of that name, made if it is not there. */
  account(container: string): Promise<AzureAccount>;
  /** As account, with version-level immutability. */
  lockedAccount(container: string): Promise<AzureAccount>;
  /** A client as others have it, which knows nothing of Firn. */
  plainClient(): BlobServiceClient;
  stop(): Promise<void>;
}

export interface FrontMeter {
  readonly requests: Readonly<Record<'write' | 'read' | 'list' | 'other', number>>;
  readonly operations: Readonly<Record<string, number>>;
  readonly rehydrations: { readonly Standard: number; readonly High: number };
  readonly bytesRehydrated: number;
  readonly dollars: { readonly requests: number; readonly retrieval: number };
  readonly storage: {
    /** By tier. */
    readonly gbMonths: Readonly<Partial<Record<'Hot' | 'Cool' | 'Cold' | 'Archive', number>>>;
    readonly earlyDeletionDollars: number;
  };
}

const program = join(import.meta.dirname, '../../../simulator/src/azure-front/main.ts');

/** Azurite behind the simulator's front, which thaws, keeps versions and locks as Azure does. */
export async function startAzureFront(
  more: readonly string[] = [],
  azuriteOptions: AzuriteOptions = {},
): Promise<RunningFront> {
  const azurite = await startAzurite(azuriteOptions);
  const { accountName, accountKey } = azurite;
  const child = await startChild({
    name: 'azure front',
    command: process.execPath,
    args: [program, '--upstream', azurite.endpoint, ...more],
    env: { AZURITE_ACCOUNTS: `${accountName}:${accountKey}` },
    readyLine: /"ready"/,
  });
  const { url: endpoint, adminUrl, adminToken } = JSON.parse(child.readyLine);
  const headers = { authorization: `Bearer ${adminToken}` };
  const administer = async (what: string, body: unknown) => {
    const asked = { method: 'POST', headers, body: JSON.stringify(body) };
    const reply = await fetch(`${adminUrl}/${what}`, asked);
    if (!reply.ok) throw new Error(`the front refused ${what}: ${await reply.text()}`);
  };
  const credential = new StorageSharedKeyCredential(accountName, accountKey);
  const plainClient = () => new BlobServiceClient(endpoint, credential);
  const account = async (container: string) => {
    await plainClient().getContainerClient(container).createIfNotExists();
    return { endpoint, accountName, accountKey, container };
  };
  return {
    endpoint,
    accountName,
    accountKey,
    administer,
    meter: async () => {
      const reply = await fetch(`${adminUrl}/meter`, { headers });
      return (await reply.json()) as FrontMeter;
    },
    finishRehydrations: () => administer('clock', { advanceMs: longestThawMs }),
    account,
    lockedAccount: async (container) => {
      await administer('containers', { container });
      return await account(container);
    },
    plainClient,
    stop: async () => {
      await child.stop();
      await azurite.stop();
    },
  };
}
