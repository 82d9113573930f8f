import { equalBytes, sum, toHex } from '../bytes.ts';
import { damaged, isDamage } from '../damaged.ts';
import type { OpenContext } from '../open-context.ts';
import {
  type PackContent,
  type PackFooter,
  type PackSegment,
  packMagic,
} from '../pack/pack-layout.ts';
import { readFooter } from '../pack/read-footer.ts';
import type { BlobStore } from '../ports.ts';
import { openFrame } from '../segment/frame.ts';
import { deriveSegmentKey, type SegmentKey, segmentIdBytes } from '../segment/segment-key.ts';
import { ReadAhead } from './read-ahead.ts';

/** A frame that does not open, or does not hold what it should. */
export interface BadFrame {
  readonly segment: PackSegment;
  /** Undefined: all of them. */
  readonly frame: number | undefined;
  readonly message: string;
}

export interface VerifyPack {
  readonly context: OpenContext;
  /** Of the pack, or its bytes alone. */
  readonly store: Pick<BlobStore, 'get'>;
  readonly pack: string;
  readonly length: number;
  /** Those by which contents of this repository may be named. */
  readonly contentIdSecrets: readonly Uint8Array[];
}

/**
 * Reads a pack once from end to end: its footer, then every frame. Fails with
 * E_REPOSITORY_DAMAGED when beginning or footer are not sound.
 */
export async function* verifyPack(options: VerifyPack): AsyncGenerator<BadFrame> {
  const { context, store, pack, length } = options;
  const { compute } = context.ports;
  const footerKey = context.keys.derived.footers;
  const footer = await readFooter({ store, compute, footerKey, pack, length });
  const { bytes } = await store.get(pack, { offset: 0, length: packMagic.length });
  if (!equalBytes(bytes, packMagic)) throw damaged('a pack does not begin as packs do');
  const contents = contentsByFrame(footer);
  for (const [at, segment] of footer.segments.entries()) {
    yield* verifySegment(options, segment, contents.get(at) ?? new Map());
  }
}

type FrameContents = ReadonlyMap<number, readonly PackContent[]>;

async function* verifySegment(
  options: VerifyPack,
  segment: PackSegment,
  contents: FrameContents,
): AsyncGenerator<BadFrame> {
  const { context, store, pack } = options;
  const key = await segmentKey(options, segment).catch(messageOf);
  if (typeof key === 'string') {
    if (isErased(context, segment)) return;
    yield { segment, frame: undefined, message: key };
    return;
  }
  const ahead = new ReadAhead(store, pack, endOf(segment));
  let offset = startOf(segment);
  for (const [number, length] of segment.frames.entries()) {
    const range = { offset, length };
    offset += length;
    try {
      const bytes = await ahead.get(range);
      const place = { segment: key, number, kind: segment.kind };
      const frame = await openFrame(context.ports.compute, place, bytes);
      await verifyContents(options, frame, contents.get(number) ?? []);
    } catch (error) {
      yield { segment, frame: number, message: messageOf(error) };
    }
  }
}

/** Its key was destroyed: that it does not open is as it should be. */
function isErased({ log }: OpenContext, { objectId, keyId }: PackSegment): boolean {
  return keyId !== '' && log.state.erased.has(objectId);
}

function startOf({ kind, offset }: PackSegment): number {
  return offset + (kind === 'data' ? 0 : segmentIdBytes);
}

function endOf(segment: PackSegment): number {
  return startOf(segment) + sum(segment.frames);
}

async function segmentKey(
  { context, store, pack }: VerifyPack,
  segment: PackSegment,
): Promise<SegmentKey> {
  const { keys, ports } = context;
  if (segment.kind !== 'data') {
    const { bytes } = await store.get(pack, {
      offset: segment.offset,
      length: segmentIdBytes,
    });
    if (toHex(bytes) !== segment.id) throw damaged('a segment does not begin with its id');
  }
  const key = segment.keyId === '' ? keys.derived.meta : await keys.objectKey(segment.keyId);
  return deriveSegmentKey(ports.compute, key, segment.id);
}

async function verifyContents(
  { context, contentIdSecrets }: VerifyPack,
  frame: Uint8Array,
  contents: readonly PackContent[],
): Promise<void> {
  for (const { contentId, offset, length } of contents) {
    const content = frame.subarray(offset, offset + length);
    let isSame = false;
    for (const secret of contentIdSecrets) {
      isSame ||= toHex(await context.ports.compute.hmacSha256(secret, [content])) === contentId;
    }
    if (!isSame) throw damaged('a content does not match its id');
  }
}

function contentsByFrame(footer: PackFooter): ReadonlyMap<number, FrameContents> {
  const bySegment = new Map<number, Map<number, PackContent[]>>();
  for (const content of footer.contents) {
    const frames = bySegment.get(content.segment) ?? new Map<number, PackContent[]>();
    const contents = frames.get(content.frame) ?? [];
    contents.push(content);
    bySegment.set(content.segment, frames.set(content.frame, contents));
  }
  return bySegment;
}

function messageOf(error: unknown): string {
  if (isDamage(error)) return error.message;
  throw error;
}
