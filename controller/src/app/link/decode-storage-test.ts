import type { StorageTested } from '@firn/shared/gen/firn/link/v1/work';
import type { StorageTestResult } from '../../domain/session.ts';
import { oneOf } from './decode-results.ts';

export function decodeStorageTest({ findings, speed, usable }: StorageTested): StorageTestResult {
  return {
    findings: findings.map(({ check, outcome, message }) => {
      const known = ['passed', 'warning', 'failed'] as const;
      return { check, outcome: oneOf(known, outcome, 'warning'), message };
    }),
    ...(speed && { speed }),
    usable,
  };
}
