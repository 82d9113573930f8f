import type { RepackTask } from '@firn/shared/repository/repack/point-copy';

/** Writes archive packs: in this process, or on an appliance. */
export interface RepackExecutor {
  /** How many tasks may be under way at once. */
  readonly concurrency: number;
  /** @returns the manifest for PointCopy.accept */
  execute(task: RepackTask, signal: AbortSignal): Promise<Uint8Array>;
  /** No task follows. */
  finish(): Promise<void>;
}
