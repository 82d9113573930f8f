import { AppError } from '@firn/shared/errors/app-error';
import type { AppContext } from '../context.ts';
import { found } from '../resources/found.ts';

export interface AskedPoint {
  readonly restorePointId: string;
  readonly retrievalId?: string | undefined;
  /** Retrieved data does not exist for tokens of scope portal. */
  readonly isPortal: boolean;
}

/**
 * A Restore Portal shows people their own data; what an operator retrieved, perhaps for somebody
 * else, is not for it. E_NOT_FOUND as of a point that was never there, E_FORBIDDEN
 */
export async function assertVisible(
  { database }: AppContext,
  { restorePointId, retrievalId, isPortal }: AskedPoint,
): Promise<void> {
  if (!isPortal) return;
  if (retrievalId !== undefined) {
    throw new AppError('E_FORBIDDEN', 'retrieved data is not open to tokens of scope portal');
  }
  const point = await database.restorePoints.get(restorePointId);
  const isVisible = point !== undefined && point.retrievalId === null;
  found('restore point', restorePointId, isVisible ? point : undefined);
}
