import type { Clock } from '../time/clock.ts';
import { makeAzureOpener } from './azure/open-azure.ts';
import { composeStores, type ProviderStores } from './composed-stores.ts';
import { makeS3Opener } from './s3/open-s3.ts';

/** Azure Blob containers, S3 buckets and local folders. */
export function makeProviderStores(clock: Clock, random: () => number): ProviderStores {
  return composeStores({ clock, random }, { azure: makeAzureOpener(), s3: makeS3Opener() });
}
