import type { StorageClass } from '../../storage-class/storage-class.ts';
import { toHex } from '../bytes.ts';
import type { BlobStore, Compute, Entropy } from '../ports.ts';
import { sealBoxAs } from '../segment/box.ts';
import { newSegmentUnder, type PrefixKey } from '../segment/segment-key.ts';
import { ByteChannel } from './byte-channel.ts';
import { ContentRecords } from './content-records.ts';
import type { WrittenFooter } from './manifests.ts';
import { encodeFooter, encodeTrailer, type PackSegment, packMagic } from './pack-layout.ts';

export interface PackStreamOptions {
  readonly store: BlobStore;
  readonly compute: Compute;
  readonly entropy: Entropy;
  /** Up to the random part. */
  readonly namePrefix: string;
  /** Under the footer key. */
  readonly footerKey: PrefixKey;
  readonly storageClass: StorageClass;
  readonly signal?: AbortSignal | undefined;
}

/** Whose frames are appended. */
export type SegmentIdentity = Omit<PackSegment, 'offset' | 'frames'>;

/** One content in an opened frame. */
export interface FrameContent {
  readonly contentId: string;
  readonly offset: number;
  readonly length: number;
}

export interface SealedFrame {
  readonly sealed: Uint8Array;
  readonly contents: readonly FrameContent[];
}

interface OpenSegment extends SegmentIdentity {
  readonly offset: number;
  readonly frames: number[];
}

/**
 * Writes one data pack while it is being filled. open → stored by finish;
 * open → abandoned by abort or by the first error. One call at a time.
 */
export class PackStream {
  readonly name: string;
  readonly #options: PackStreamOptions;
  readonly #channel = new ByteChannel();
  readonly #put: Promise<void>;
  readonly #segments: OpenSegment[] = [];
  readonly #records = new ContentRecords();
  #length = 0;

  constructor(options: PackStreamOptions) {
    const { store, entropy, storageClass, signal } = options;
    this.#options = options;
    this.name = options.namePrefix + toHex(entropy.randomBytes(16));
    this.#put = store.putStream(this.name, this.#channel, {
      ifAbsent: true,
      storageClass,
      ...(signal === undefined ? {} : { signal }),
    });
    // finish tells of the error; until then a waiting push must hear of it.
    this.#put.catch((error: unknown) => this.#channel.fail(error));
  }

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Appends the next frame of a segment; a segment's frames follow one another. */
  async append(
    identity: SegmentIdentity,
    frame: SealedFrame,
  ): Promise<{ readonly segmentOffset: number }> {
    if (this.#length === 0) await this.#push(packMagic);
    let segment = this.#segments.at(-1);
    if (segment?.id !== identity.id) {
      segment = { ...identity, offset: this.#length, frames: [] };
      this.#segments.push(segment);
    }
    const place = { segment: this.#segments.length - 1, frame: segment.frames.length };
    for (const content of frame.contents) this.#records.add({ ...content, ...place });
    segment.frames.push(frame.sealed.length);
    await this.#push(frame.sealed);
    return { segmentOffset: segment.offset };
  }

  /** Seals the footer and waits until the blob exists. @returns its length */
  async finish(): Promise<number> {
    const { compute, footerKey } = this.#options;
    const { pack, segments, records } = this.footer();
    const plain = encodeFooter({ pack, segments }, records);
    const segment = await newSegmentUnder(this.#options, footerKey);
    const footer = sealBoxAs(compute, { segment, kind: 'footer' }, plain);
    if (this.#length === 0) await this.#push(packMagic);
    await this.#push(footer);
    await this.#push(
      encodeTrailer({ footerBytes: footer.length, segments: this.#segments.length }),
    );
    this.#channel.end();
    await this.#put;
    return this.#length;
  }

  /** What it says of what was appended so far. */
  footer(): WrittenFooter {
    return { pack: this.name, segments: this.#segments, records: this.#records.parts() };
  }

  async abort(reason: unknown): Promise<void> {
    this.#channel.fail(reason);
    await this.#put.catch(() => {});
  }

  async #push(bytes: Uint8Array): Promise<void> {
    this.#length += bytes.length;
    await this.#channel.push(bytes);
  }
}
