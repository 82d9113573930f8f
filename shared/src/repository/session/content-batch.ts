import { copyInto } from '../../memory/copy-into.ts';
import type { BatchCompute, Stretch, Workspace } from '../batch-compute.ts';
import type { FrameContent } from '../pack/pack-stream.ts';

/** A content on its way: what it is called is known once the batch went through compute. */
export interface StoringContent extends Stretch {
  contentId: string;
}

/** So much is worth handing to another thread. */
const batchBytes = 1024 * 1024;
/** For what frames take beside their contents. */
const overheadBytes = 4 * 1024;
/** Bounds what waits for the ids of tiny contents. */
const contentsMax = 4_096;

/** Contents that go through compute together: in the first half of a workspace, their frames in the second. */
export class ContentBatch {
  readonly workspace: Workspace;
  readonly contents: StoringContent[] = [];
  /** Run when the contents have ids. */
  readonly thens: (() => Promise<void>)[] = [];
  /** Of the items that wait for ids. */
  readonly itemIds = new Set<string>();
  readonly #capacity: number;
  #used = 0;

  constructor(compute: BatchCompute, firstBytes: number) {
    this.#capacity = Math.max(batchBytes, firstBytes);
    this.workspace = compute.workspace(2 * this.#capacity + overheadBytes);
  }

  /** Bytes of content. */
  get length(): number {
    return this.#used;
  }

  /** Where frames may be written. */
  get roomStart(): number {
    return this.#capacity;
  }

  hasRoom(length: number): boolean {
    return this.contents.length < contentsMax && this.#used + length <= this.#capacity;
  }

  /** Copies the content. */
  add(content: Uint8Array): StoringContent {
    copyInto(this.workspace.bytes, this.#used, content);
    const storing = { start: this.#used, length: content.length, contentId: '' };
    this.#used += content.length;
    this.contents.push(storing);
    return storing;
  }
}

/** In a frame that holds these contents, end to end. */
export function placedIn(contents: readonly StoringContent[]): FrameContent[] {
  let offset = 0;
  return contents.map(({ contentId, length }) => {
    offset += length;
    return { contentId, offset: offset - length, length };
  });
}
