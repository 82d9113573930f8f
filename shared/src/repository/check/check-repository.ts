import type { Repository } from '../repository.ts';

export interface Finding {
  /** error: something cannot be restored; warning: it can, yet a blob is not sound. */
  readonly severity: 'error' | 'warning' | 'note';
  readonly blob: string;
  readonly objectId: string | undefined;
  /** Ids of the affected items, at most 1,000 per finding. */
  readonly items: readonly string[];
  readonly code: string;
  readonly message: string;
}

export interface CheckOptions {
  /** Also open every readable data pack. */
  readonly readData: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Ends without an error finding: all that can be read was read, and is sound. */
export type CheckRepository = (
  repository: Repository,
  options: CheckOptions,
) => AsyncIterable<Finding>;
