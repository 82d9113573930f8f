import type { AppError } from '../../errors/app-error.ts';

/** One target pack to be written by anybody who holds the plan. */
export interface RepackTask {
  readonly type: 'repack';
  /** From 1, in order. */
  readonly number: number;
  /** docs/repository-format.md, "Repack task". < 1 MiB. Holds keys: never store or log it. */
  readonly plan: Uint8Array;
  /** Plain bytes and count of what it moves. */
  readonly bytes: number;
  readonly contents: number;
  readonly objectIds: readonly string[];
}

/** One target pack that the storage puts together: PointCopy.compose has it done. */
export interface ComposeTask extends Omit<RepackTask, 'type' | 'plan'> {
  readonly type: 'compose';
}

export type CopyTask = RepackTask | ComposeTask;

export interface CopiedObject {
  readonly objectId: string;
  readonly displayName: string;
  readonly status: 'copied' | 'unchanged' | 'failed';
  /** New or changed rows, of which the content may have been there. */
  readonly items: number;
  /** Not copied, since the source is damaged; recorded as failed in the target. */
  readonly damagedItems: number;
  /** Of content that was added, before compression. */
  readonly bytes: number;
  /** Why nothing of it was copied: its record or catalog is damaged. The copy before stands. */
  readonly failure?: AppError;
}

export interface Damage {
  readonly pack: string;
  readonly objectId: string;
  readonly itemIds: readonly string[];
  readonly message: string;
}

export interface Accepted {
  /** Objects whose last content arrived with this manifest; part of the next commit. */
  readonly finished: readonly CopiedObject[];
  readonly damaged: readonly Damage[];
}

/**
 * Copies a point of one repository into a session of another. tasks() is
 * consumed while manifests are accepted in any order; a task whose worker was
 * lost is given, with the same plan, to another. Objects that the session has
 * committed already are passed over.
 */
export interface PointCopy {
  /** Yields a task as soon as its pack is full. In the end it waits for tasks that compose. */
  tasks(): AsyncIterable<CopyTask>;
  /** @param manifest what executeRepackTask returned for the task of this number */
  accept(taskNumber: number, manifest: Uint8Array): Promise<Accepted>;
  /** What the storage refuses comes again in tasks that repack it. Moves no contents through this machine. */
  compose(taskNumber: number, signal?: AbortSignal): Promise<Accepted>;
  /** Objects that needed no task, since the last call (unchanged, or only rows differ). */
  takeFinished(): readonly CopiedObject[];
}
