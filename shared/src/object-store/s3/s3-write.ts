import type { ChecksumAlgorithm, ObjectLockMode, StorageClass } from '@aws-sdk/client-s3';
import type { PutOptions } from '../../repository/ports.ts';
import type { LockMode } from '../lock-mode.ts';
import type { S3Call } from './s3-errors.ts';
import { classMember } from './s3-info.ts';

/** Members that put and multipart upload have in common. */
export interface WriteMembers {
  readonly StorageClass?: StorageClass;
  readonly IfNoneMatch?: '*';
  readonly ObjectLockMode?: ObjectLockMode;
  readonly ObjectLockRetainUntilDate?: Date;
  readonly ChecksumAlgorithm?: ChecksumAlgorithm;
}

export const lockModes = {
  governance: 'GOVERNANCE',
  compliance: 'COMPLIANCE',
} as const satisfies Record<LockMode, ObjectLockMode>;

export function writeMembers(options: PutOptions, lockMode: LockMode): WriteMembers {
  const { storageClass, ifAbsent, retainUntilMs } = options;
  return {
    ...classMember(storageClass),
    ...(ifAbsent && { IfNoneMatch: '*' as const }),
    ...(retainUntilMs !== undefined && {
      ObjectLockMode: lockModes[lockMode],
      ObjectLockRetainUntilDate: new Date(retainUntilMs),
      // S3 takes no retention without a checksum. [AWS: object-lock-managing]
      ChecksumAlgorithm: 'CRC32' as const,
    }),
  };
}

export function putCall(name: string, options: PutOptions): S3Call {
  const { ifAbsent = false, retainUntilMs, signal } = options;
  const needsLock = retainUntilMs !== undefined;
  return { operation: `put of ${name}`, isWrite: true, ifAbsent, needsLock, signal };
}
