import { damaged, isDamage, naming } from '../damaged.ts';
import type { SegmentPlace } from '../object/segment-place.ts';
import { openFrame } from '../segment/frame.ts';
import { contentProblem } from '../segment/frame-batch.ts';
import type { FrameAccess } from './frame-access.ts';
import { frameId, type NamedContent, startOf } from './placed-content.ts';

export interface FrameReaderOptions {
  readonly access: FrameAccess;
  /** For the message of an error: whose content it is. */
  readonly objectId: string;
  /** Asked when a content cannot be read: consolidation may have moved its segment meanwhile. */
  readonly placeAgain?: (content: NamedContent) => Promise<NamedContent>;
  /** Told where a content cannot be read, before that is thrown. */
  readonly onDamaged?: (place: SegmentPlace) => Promise<void>;
}

/** Opened frames that are kept. */
const openedBytesMax = 1024 * 1024;

/**
 * Reads contents one by one, on the calling thread, each frame with a request of
 * its own: for few of them, and for those that say what is wrong. Holds 1 MiB of
 * opened frames, and the one read last.
 */
export class FrameReader {
  readonly #options: FrameReaderOptions;
  readonly #opened = new Map<string, Uint8Array>();
  #openedBytes = 0;

  constructor(options: FrameReaderOptions) {
    this.#options = options;
  }

  /** E_REPOSITORY_DAMAGED with the pack and the object, never other bytes; E_BLOB_ARCHIVED. */
  async read(content: NamedContent): Promise<Uint8Array> {
    try {
      return await this.#read(content);
    } catch (error) {
      if (!isDamage(error)) throw error;
      const again = await this.#options.placeAgain?.(content);
      if (again === undefined || again.place.pack === content.place.pack) throw error;
      return this.#read(again);
    }
  }

  async #read(content: NamedContent): Promise<Uint8Array> {
    const { objectId, onDamaged } = this.#options;
    const { address, place } = content;
    const { pack } = place;
    const what = `frame ${address.frame} of ${objectId} in ${pack}`;
    try {
      return await naming(what, { pack, objectId }, () => this.#content(content));
    } catch (error) {
      if (isDamage(error)) await onDamaged?.(place);
      throw error;
    }
  }

  async #content(content: NamedContent): Promise<Uint8Array> {
    const { compute, contentIdSecrets } = this.#options.access;
    const { contentId, address } = content;
    const { offset, length } = address;
    const frame = await this.#open(content);
    const secrets = await contentIdSecrets();
    const idsOf = secrets.map((secret) => compute.hmacSha256With(secret));
    const problem = contentProblem(frame, { contentId, offset, length }, idsOf);
    if (problem !== undefined) throw damaged(problem, { contentId });
    return frame.subarray(offset, offset + length);
  }

  async #open(content: NamedContent): Promise<Uint8Array> {
    const id = frameId(content);
    const known = this.#opened.get(id);
    if (known !== undefined) return known;
    const { compute, packs, segmentKeys } = this.#options.access;
    const { frame: number, frameLength: length } = content.address;
    const range = { offset: startOf(content), length };
    const { bytes } = await packs.get(content.place.pack, range);
    const segment = await segmentKeys.of(content);
    const opened = openFrame(compute, { segment, number, kind: 'data' }, bytes);
    this.#keep(id, opened);
    return opened;
  }

  #keep(id: string, frame: Uint8Array): void {
    this.#opened.set(id, frame);
    this.#openedBytes += frame.length;
    for (const [oldest, bytes] of this.#opened) {
      if (this.#openedBytes <= openedBytesMax || oldest === id) return;
      this.#opened.delete(oldest);
      this.#openedBytes -= bytes.length;
    }
  }
}
