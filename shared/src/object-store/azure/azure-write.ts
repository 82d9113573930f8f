import type { PutOptions } from '../../repository/ports.ts';
import type { LockMode } from '../lock-mode.ts';
import type { AzureCall } from './azure-errors.ts';
import { tierOf } from './azure-info.ts';
import { immutabilityPolicy } from './azure-locks.ts';

export type AzureWriteOptions = ReturnType<typeof writeOptions>;

/** What a put and the end of an upload in blocks have in common, as the SDK takes it. */
export function writeOptions(options: PutOptions, lockMode: LockMode) {
  const { storageClass = 'hot', retainUntilMs } = options;
  return {
    tier: tierOf(storageClass),
    ...(retainUntilMs !== undefined && {
      immutabilityPolicy: immutabilityPolicy(retainUntilMs, lockMode),
    }),
    ...(options.ifAbsent && { conditions: { ifNoneMatch: '*' } }),
  };
}

export function putCall(name: string, options: PutOptions): AzureCall {
  const { ifAbsent = false, retainUntilMs, signal } = options;
  const needsLock = retainUntilMs !== undefined;
  return { operation: `put of ${name}`, isWrite: true, ifAbsent, needsLock, signal };
}
