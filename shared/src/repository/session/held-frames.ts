import { copyInto } from '../../memory/copy-into.ts';
import type { BatchCompute, Workspace } from '../batch-compute.ts';
import type { SealedFrame } from '../pack/pack-stream.ts';

/** Frames that wait for their pack: copies, in memory that is given back. */
export class HeldFrames {
  readonly #batches: Pick<BatchCompute, 'workspace'>;
  readonly #frames: SealedFrame[] = [];
  readonly #workspaces: Workspace[] = [];

  constructor(batches: Pick<BatchCompute, 'workspace'>) {
    this.#batches = batches;
  }

  /** Good until they are let go. */
  get frames(): readonly SealedFrame[] {
    return this.#frames;
  }

  hold(frame: SealedFrame): void {
    const { length } = frame.sealed;
    const workspace = this.#batches.workspace(length);
    copyInto(workspace.bytes, 0, frame.sealed);
    this.#workspaces.push(workspace);
    this.#frames.push({ ...frame, sealed: workspace.bytes });
  }

  letGo(): void {
    this.#frames.splice(0);
    for (const workspace of this.#workspaces.splice(0)) workspace.release();
  }
}
