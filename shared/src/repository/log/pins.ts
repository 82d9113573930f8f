import { AppError } from '../../errors/app-error.ts';
import type { PointRef } from './entry.ts';
import type { RepositoryLog } from './repository-log.ts';
import type { Pin } from './state.ts';

export interface PinRequest {
  /** Random. The same id again prolongs the pin. */
  readonly pinId: string;
  readonly points: readonly PointRef[];
  /** By the storage's clock. */
  readonly untilMs: number;
}

/**
 * Keeps points readable until untilMs or unpin. Only once this has resolved may
 * a reader lean on the pin. Fails with E_POINT_NOT_FOUND when a point is no longer kept.
 */
export async function pinPoints(log: RepositoryLog, request: PinRequest): Promise<Pin> {
  const { pinId, points, untilMs } = request;
  const appended = await log.append((state) => {
    const gone = points.find((point) => !log.rules.isKept(state, point));
    if (gone !== undefined) throw pointIsGone(gone);
    return { type: 'pin', pinId, points, untilMs };
  });
  const pin = appended?.state.pins.get(pinId);
  if (pin === undefined) {
    throw new AppError('E_REPOSITORY_ENTRY_VOID', `pin ${pinId} does not hold`, {
      context: { pinId },
    });
  }
  return pin;
}

/** Safe to repeat. */
export async function unpinPoints(log: RepositoryLog, pinId: string): Promise<void> {
  await log.append((state) => (state.pins.has(pinId) ? { type: 'unpin', pinId } : undefined));
}

function pointIsGone({ jobId, objectId, sessionId }: PointRef): AppError {
  return new AppError(
    'E_POINT_NOT_FOUND',
    `object ${objectId} has no restore point by session ${sessionId} of job ${jobId}`,
    { context: { jobId, objectId, sessionId } },
  );
}
