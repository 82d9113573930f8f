import { copyInto } from '../../memory/copy-into.ts';
import { discard } from '../../memory/discard.ts';
import type { ContentToOpen, FrameToOpen, OpenDamage, Stretch } from '../batch-compute.ts';
import { sum } from '../bytes.ts';
import { undefinedWhenDamaged } from '../damaged.ts';
import type { SegmentKey } from '../segment/segment-key.ts';
import { fetchFrames, planFetch } from './fetch-frames.ts';
import type { FrameAccess } from './frame-access.ts';
import { LoadedContents, type Opened } from './loaded-contents.ts';
import { type OpeningMemory, openingMemory } from './opening-memory.ts';
import type { NamedContent } from './placed-content.ts';
import { roomBytes, spareBytes, type WantedFrame, wantedFrames } from './wanted-frames.ts';

/** What is handed to a thread at a time. */
const batchBytesMin = 1024 * 1024;

export interface LoadOptions {
  /** In the memory that they were opened in, of which there is little: discarded soon. Default: false. */
  readonly isLent?: boolean | undefined;
  /** Frames, by frameId, that are given as they were before they were sealed, if all of them is wanted. */
  readonly encoded?: ReadonlySet<string> | undefined;
}

const none: ReadonlySet<string> = new Set();

/**
 * Fetches and opens contents in one go: each frame once, neighbours with one
 * request, and opened on other threads when it is enough. Each content is
 * compared with its id.
 */
export async function loadContents(
  access: FrameAccess,
  contents: readonly NamedContent[],
  { isLent = false, encoded = none }: LoadOptions = {},
): Promise<LoadedContents> {
  const secrets = await access.contentIdSecrets();
  const frames = wantedFrames(contents, encoded);
  const plan = planFetch(frames.map(({ content }) => content));
  const room = sum(frames.map(roomBytes));
  const memory = openingMemory(access.compute, room + plan.sizeBytes);
  try {
    const fetched = await fetchFrames(access.packs, plan, memory.bytes.subarray(room));
    const sealed = await withKeys(access, frames, fetched);
    const batches = batchesOf(laidOut(sealed, room));
    const opening = batches.map((batch) => openBatch(memory, batch, secrets));
    const opened = inOne(await allEnded(opening));
    if (isLent) memory.trim(room);
    return isLent ? lent(memory, opened) : copied(memory, opened, room);
  } catch (error) {
    memory.release();
    throw error;
  }
}

/** As Promise.all, but never while one of them still works on the memory. */
async function allEnded<T>(running: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(running);
  return Promise.all(running);
}

interface SealedFrame extends WantedFrame {
  /** Behind the room for what is opened. */
  readonly sealed: Stretch;
  readonly segment: SegmentKey;
}

interface FrameInPlace {
  readonly wanted: WantedFrame['wanted'];
  readonly frame: FrameToOpen;
}

async function withKeys(
  { segmentKeys }: FrameAccess,
  frames: readonly WantedFrame[],
  fetched: readonly (Stretch | undefined)[],
): Promise<SealedFrame[]> {
  const found: SealedFrame[] = [];
  for (const [at, frame] of frames.entries()) {
    const sealed = fetched[at];
    const segment = await segmentKeys.of(frame.content).catch(undefinedWhenDamaged);
    if (sealed !== undefined && segment !== undefined) found.push({ ...frame, sealed, segment });
  }
  return found;
}

/** What is opened comes first; behind its room lies what is sealed. */
function laidOut(frames: readonly SealedFrame[], room: number): FrameInPlace[] {
  let start = 0;
  return frames.map((each) => {
    const { content, wanted, sealed, segment, isEncoded } = each;
    let to = start;
    const contents = wanted.map(({ content: { contentId, address } }): ContentToOpen => {
      const { offset, length } = address;
      to += length + spareBytes;
      return { offset, length, contentId, to: to - length - spareBytes };
    });
    const place = { segment, number: content.address.frame, kind: 'data' } as const;
    const behind = { start: room + sealed.start, length: sealed.length };
    const encodedTo = isEncoded ? start : undefined;
    start += roomBytes(each);
    return { wanted, frame: { ...place, sealed: behind, contents, encodedTo } };
  });
}

function batchesOf(frames: readonly FrameInPlace[]): FrameInPlace[][] {
  const batches: FrameInPlace[][] = [];
  let bytes = batchBytesMin;
  for (const each of frames) {
    if (bytes >= batchBytesMin) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(each);
    bytes += sum(each.frame.contents.map(({ length }) => length));
  }
  return batches;
}

/** @returns what is sound */
async function openBatch(
  memory: OpeningMemory,
  batch: readonly FrameInPlace[],
  secrets: readonly Uint8Array[],
): Promise<Opened> {
  const frames = batch.map(({ frame }) => frame);
  const { damages, encoded } = await memory.open(frames, secrets);
  const lengths = new Map(encoded.map(({ frame, length }) => [frame, length]));
  const isDamaged = isAmong(damages);
  const opened = batch.map(({ wanted, frame }, n): Opened => {
    const positionsOf = (m: number) => wanted[m]?.positions ?? [];
    const length = lengths.get(n);
    if (length !== undefined) {
      const whole = { start: frame.encodedTo ?? 0, length, positions: positionsOf(0) };
      return { contents: [], encoded: [whole] };
    }
    const contents = frame.contents.flatMap(({ to = 0, length }, m) =>
      isDamaged(n, m) ? [] : [{ start: to, length, positions: positionsOf(m) }],
    );
    return { contents, encoded: [] };
  });
  return inOne(opened);
}

function inOne(parts: readonly Opened[]): Opened {
  return {
    contents: parts.flatMap(({ contents }) => contents),
    encoded: parts.flatMap(({ encoded }) => encoded),
  };
}

function isAmong(damages: readonly OpenDamage[]): (frame: number, content: number) => boolean {
  if (damages.length === 0) return () => false;
  const damaged = new Set(damages.map(({ frame, content }) => `${frame}/${content ?? 'all'}`));
  return (frame, content) => damaged.has(`${frame}/all`) || damaged.has(`${frame}/${content}`);
}

function lent(memory: OpeningMemory, opened: Opened): LoadedContents {
  return new LoadedContents(memory.bytes, opened, () => memory.release());
}

function copied(memory: OpeningMemory, opened: Opened, room: number): LoadedContents {
  const bytes = new Uint8Array(room);
  copyInto(bytes, 0, memory.bytes.subarray(0, room));
  memory.release();
  return new LoadedContents(bytes, opened, () => discard(bytes));
}
