import type { StorageClass } from '../storage-class/storage-class.ts';
import { standardTables } from './standard-prices.ts';

/**
 * For how long a blob is billed at least, days by class, as the provider says. Storages that
 * are compatible with S3 say nothing of the kind.
 */
export function minimumDaysOf({
  provider,
  endpoint,
}: {
  readonly provider: string;
  /** Empty: of the provider itself. */
  readonly endpoint: string;
}): Readonly<Partial<Record<StorageClass, number>>> {
  if (provider === 's3' && endpoint !== '') return {};
  const classes = standardTables.find((each) => each.provider === provider)?.classes ?? {};
  return Object.fromEntries(
    Object.entries(classes).map(([name, { minimumDays }]) => [name, minimumDays]),
  );
}
