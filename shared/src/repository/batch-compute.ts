import type { SegmentKind } from './segment/kinds.ts';

/** Memory that batches work upon. Whoever took it releases it when nobody reads it any more. */
export interface Workspace {
  readonly bytes: Uint8Array;
  /** Gives back what lies behind the first bytes: nobody reads or writes it any more. */
  trim(sizeBytes: number): void;
  release(): void;
}

/** A part of a workspace. */
export interface Stretch {
  readonly start: number;
  readonly length: number;
}

/** The place of a frame, with the key of its segment. */
export interface BatchFrame {
  readonly segment: { readonly id: Uint8Array; readonly key: Uint8Array };
  readonly number: number;
  readonly kind: SegmentKind;
}

export type FrameToSeal = BatchFrame &
  (
    | {
        /** What the frame holds, end to end. */
        readonly contents: readonly Stretch[];
      }
    | {
        /** All that it holds, as another frame had it: what openContents put to encodedTo. */
        readonly encoded: Stretch;
      }
  );

/** A content in an opened frame. */
export interface ContentToOpen {
  readonly offset: number;
  readonly length: number;
  /** Hex. */
  readonly contentId: string;
  /**
   * Where it goes in the workspace, not into what is sealed; undefined: it is only looked at.
   * The byte behind it may be written, too.
   */
  readonly to: number | undefined;
}

export interface FrameToOpen extends BatchFrame {
  readonly sealed: Stretch;
  readonly contents: readonly ContentToOpen[];
  /**
   * Where it goes instead of its contents, as it was before it was sealed, when these are all that
   * it holds, in order, and sound. It takes frameOverheadBytes less than what is sealed, and a
   * header more than its contents at most.
   */
  readonly encodedTo?: number | undefined;
}

/** A frame of a batch that went to encodedTo. */
export interface EncodedFrame {
  readonly frame: number;
  readonly length: number;
}

export interface OpenedFrames {
  readonly damages: readonly OpenDamage[];
  readonly encoded: readonly EncodedFrame[];
}

/** A frame of a batch that does not open, or one of its contents that is not what it should be. */
export interface OpenDamage {
  readonly frame: number;
  /** Undefined: none of the frame's contents was opened. */
  readonly content: number | undefined;
  readonly message: string;
}

/**
 * Work on many contents at once, of about a megabyte or more: so much that
 * handing it to another thread costs nothing beside. Calls may run at the same
 * time, each on a workspace, or parts of one, of its own. E_COMPUTE_FAILED: nothing was done.
 */
export interface BatchCompute {
  /** Memory of at least this size; its bytes are what was there before. */
  workspace(sizeBytes: number): Workspace;
  /** HMAC-SHA-256 of each content, hex. */
  contentIds(
    secret: Uint8Array,
    workspace: Workspace,
    contents: readonly Stretch[],
  ): Promise<readonly string[]>;
  /**
   * Compresses and seals frames, or seals what is encoded; opens them again and compares. They are written
   * end to end from roomStart on, where each takes at most frameOverheadBytes more
   * than its contents. E_REPOSITORY_DAMAGED: one did not open to the same bytes.
   * @returns sealed frames: views into the workspace
   */
  sealFrames(
    workspace: Workspace,
    frames: readonly FrameToSeal[],
    roomStart: number,
  ): Promise<readonly Uint8Array[]>;
  /**
   * Opens frames and compares their contents with their ids, under any of the secrets;
   * without secrets they are not compared. What is damaged leaves the rest as it is.
   */
  openContents(
    workspace: Workspace,
    frames: readonly FrameToOpen[],
    secrets: readonly Uint8Array[],
  ): Promise<OpenedFrames>;
}
