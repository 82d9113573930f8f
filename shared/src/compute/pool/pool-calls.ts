import type {
  FrameToOpen,
  FrameToSeal,
  OpenedFrames,
  Stretch,
} from '../../repository/batch-compute.ts';
import type { CompressionLevel } from '../../repository/ports.ts';

/** What a worker is asked to do with the shared memory of a workspace. */
export type PoolWork =
  | {
      readonly kind: 'contentIds';
      readonly secret: Uint8Array;
      readonly contents: readonly Stretch[];
    }
  | {
      readonly kind: 'sealFrames';
      readonly frames: readonly FrameToSeal[];
      readonly roomStart: number;
      /** Undefined: what is worthwhile for each frame. */
      readonly level: CompressionLevel | undefined;
    }
  | {
      readonly kind: 'openContents';
      readonly frames: readonly FrameToOpen[];
      readonly secrets: readonly Uint8Array[];
    };

export interface PoolCall {
  readonly id: number;
  /** The workspace: not a copy of it. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly work: PoolWork;
}

export type PoolResult = readonly string[] | readonly Stretch[] | OpenedFrames;

export type PoolReply =
  | { readonly id: number; readonly result: PoolResult }
  /** Code: of an AppError, else undefined. */
  | { readonly id: number; readonly code: string | undefined; readonly message: string };
