import type { ConflictBehavior } from './create-item.ts';
import type { FileTimes } from './drive-item.ts';

/** Fragments other than the last are multiples of this [Microsoft: driveitem-createuploadsession]. */
export const FRAGMENT_UNIT_BYTES = 327_680;
/** Every fragment is smaller than this. */
export const FRAGMENT_BYTES_LIMIT = 60 * 1024 * 1024;

export type UploadTarget =
  | {
      readonly kind: 'new';
      readonly parentId: string;
      readonly name: string;
      readonly conflict: ConflictBehavior;
    }
  | { readonly kind: 'existing'; readonly itemId: string };

/** Inclusive offsets, as in `Content-Range: bytes start-end/total`. */
export type FragmentRange = {
  readonly start: number;
  readonly end: number;
  readonly total: number;
};

export type FragmentRefusal =
  | 'fragmentOverlap'
  | 'fragmentOutOfOrder'
  | 'fragmentLengthMismatch'
  | 'totalChanged'
  | 'fragmentNotAligned'
  | 'maxFragmentLengthExceeded';

/**
 * A file on its way, fragment by fragment, in order.
 *
 * States: `open` takes fragments; `complete` has all bytes and waits for its commit (deferred, or
 * refused by a conflict); `closed` was committed or cancelled. Only bytes of whole fragments count:
 * what a broken request brought is forgotten.
 */
export class UploadSession<Part> {
  readonly target: UploadTarget;
  readonly times: FileTimes | undefined;
  readonly deferCommit: boolean;
  readonly expiresAtMs: number;
  readonly parts: Part[] = [];
  state: 'open' | 'complete' | 'closed' = 'open';
  receivedBytes = 0;
  #totalBytes: number | undefined;

  constructor(fields: {
    target: UploadTarget;
    times: FileTimes | undefined;
    deferCommit: boolean;
    expiresAtMs: number;
  }) {
    this.target = fields.target;
    this.times = fields.times;
    this.deferCommit = fields.deferCommit;
    this.expiresAtMs = fields.expiresAtMs;
  }

  /** Why a fragment may not come now; undefined when it may. */
  refuse(range: FragmentRange): FragmentRefusal | undefined {
    const sizeBytes = range.end - range.start + 1;
    const isLast = range.end + 1 === range.total;
    if (sizeBytes <= 0 || range.end >= range.total) return 'fragmentLengthMismatch';
    if (this.#totalBytes !== undefined && range.total !== this.#totalBytes) return 'totalChanged';
    if (range.start < this.receivedBytes) return 'fragmentOverlap';
    if (range.start > this.receivedBytes) return 'fragmentOutOfOrder';
    if (sizeBytes >= FRAGMENT_BYTES_LIMIT) return 'maxFragmentLengthExceeded';
    if (!isLast && sizeBytes % FRAGMENT_UNIT_BYTES !== 0) return 'fragmentNotAligned';
    return undefined;
  }

  /** Takes a whole fragment that `refuse` let pass. */
  take(range: FragmentRange, parts: readonly Part[]): void {
    this.#totalBytes = range.total;
    this.parts.push(...parts);
    this.receivedBytes = range.end + 1;
    if (this.receivedBytes === range.total) this.state = 'complete';
  }

  nextExpectedRanges(): string[] {
    return this.state === 'open' ? [`${this.receivedBytes}-`] : [];
  }
}
