import type { ObjectResult, Counts as WireCounts } from '@firn/shared/gen/firn/link/v1/work';
import type { Counts, SessionObject } from '../../domain/session.ts';
import { decodeProblem } from '../sessions/problem-summary.ts';

/** The value if it is one of the known, else otherwise: a newer agent may say more. */
export function oneOf<T extends string>(known: readonly T[], value: string, otherwise: T): T {
  return known.find((one) => one === value) ?? otherwise;
}

export function decodeCounts(counts: WireCounts | undefined): Counts {
  return {
    items: Number(counts?.items ?? 0n),
    bytes: Number(counts?.bytes ?? 0n),
    itemsRemoved: Number(counts?.itemsRemoved ?? 0n),
    itemsFailed: Number(counts?.itemsFailed ?? 0n),
    requests: Number(counts?.requests ?? 0n),
    batchedRequests: Number(counts?.batchedRequests ?? 0n),
    storedBytes: Number(counts?.storedBytes ?? 0n),
    packs: Number(counts?.packs ?? 0n),
    puts: Number(counts?.puts ?? 0n),
  };
}

const failedItemsMax = 1_000;

export function decodeObject(result: ObjectResult): SessionObject {
  const { objectId, kind, name, user, status, mode } = result;
  return {
    objectId,
    kind,
    name,
    userName: user,
    status: oneOf(['success', 'warning', 'failed', 'unchanged'] as const, status, 'failed'),
    mode: mode === '' ? null : mode,
    counts: decodeCounts(result.counts),
    failedItems: result.failedItems.slice(0, failedItemsMax).map((item) => ({
      itemId: item.itemId,
      name: item.name,
      folder: item.folder,
      problem: decodeProblem(item.problem),
    })),
    problem: decodeProblem(result.problem) ?? null,
  };
}
