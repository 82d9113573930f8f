import { AppError } from '@firn/shared/errors/app-error';
import type { Retention } from './resources.ts';

/** As peers keep by default. */
export const retentionDefault: Retention = {
  type: 'snapshot',
  keepFor: { count: 3, unit: 'years' },
};

/** How often retention runs by itself, after a session that wrote. */
export const retentionEveryMs = 24 * 60 * 60 * 1000;

/** E_REQUEST_INVALID */
export function assertRetention({ type, keepFor, keepLast }: Retention): void {
  if (type !== 'item') return;
  if (keepFor === undefined) {
    throw new AppError('E_REQUEST_INVALID', 'item-level retention needs keepFor');
  }
  if (keepLast !== undefined) {
    throw new AppError('E_REQUEST_INVALID', 'keepLast is about restore points, not items');
  }
}

/**
 * What a repository holds is of one type: a copy must be able to keep what its
 * source keeps. E_REQUEST_INVALID
 */
export function assertSameType(retention: Retention, current: Retention): void {
  assertRetention(retention);
  if (retention.type === current.type) return;
  throw new AppError(
    'E_REQUEST_INVALID',
    `the repository's retention is of type ${current.type}, and its type never changes`,
  );
}
