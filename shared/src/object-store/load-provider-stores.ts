import {
  composeStores,
  type Openers,
  type ProviderStores,
  type StorePorts,
} from './composed-stores.ts';

/**
 * As makeProviderStores, for one provider alone: a command of seconds does not wait
 * until the clients of all the others are loaded.
 */
export async function loadProviderStores(
  provider: string,
  ports: StorePorts,
): Promise<ProviderStores> {
  return composeStores(ports, await openersOf(provider));
}

async function openersOf(provider: string): Promise<Openers> {
  if (provider === 'azure-blob') {
    return { azure: (await import('./azure/open-azure.ts')).makeAzureOpener() };
  }
  if (provider === 's3') return { s3: (await import('./s3/open-s3.ts')).makeS3Opener() };
  return {};
}
