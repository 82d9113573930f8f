import { copyInto } from '../../memory/copy-into.ts';
import { discard } from '../../memory/discard.ts';
import type { ContentToOpen, FrameToOpen, OpenDamage, Stretch } from '../batch-compute.ts';
import { sum } from '../bytes.ts';
import { undefinedWhenDamaged } from '../damaged.ts';
import type { SegmentKey } from '../segment/segment-key.ts';
import { fetchFrames, planFetch } from './fetch-frames.ts';
import type { FrameAccess } from './frame-access.ts';
import { LoadedContents, type OpenedContent } from './loaded-contents.ts';
import { type OpeningMemory, openingMemory } from './opening-memory.ts';
import type { NamedContent } from './placed-content.ts';
import { roomBytes, spareBytes, type WantedFrame, wantedFrames } from './wanted-frames.ts';

/** What is handed to a thread at a time. */
const batchBytesMin = 1024 * 1024;

export interface LoadOptions {
  /** In the memory that they were opened in, of which there is little: discarded soon. Default: false. */
  readonly isLent?: boolean | undefined;
}

/**
 * Fetches and opens contents in one go: each frame once, neighbours with one
 * request, and opened on other threads when it is enough. Each content is
 * compared with its id.
 */
export async function loadContents(
  access: FrameAccess,
  contents: readonly NamedContent[],
  { isLent = false }: LoadOptions = {},
): Promise<LoadedContents> {
  const secrets = await access.contentIdSecrets();
  const frames = wantedFrames(contents);
  const plan = planFetch(frames.map(({ content }) => content));
  const room = sum(frames.map(roomBytes));
  const memory = openingMemory(access.compute, room + plan.sizeBytes);
  try {
    const fetched = await fetchFrames(access.packs, plan, memory.bytes.subarray(room));
    const sealed = await withKeys(access, frames, fetched);
    const batches = batchesOf(laidOut(sealed, room));
    const opening = batches.map((batch) => openBatch(memory, batch, secrets));
    const sound = (await allEnded(opening)).flat();
    if (isLent) memory.trim(room);
    return isLent ? lent(memory, sound) : copied(memory, sound, room);
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

/** Opened contents come first; behind their room lies what is sealed. */
function laidOut(frames: readonly SealedFrame[], room: number): FrameInPlace[] {
  let to = 0;
  return frames.map(({ content, wanted, sealed: { start, length }, segment }) => {
    const contents = wanted.map(({ content: { contentId, address } }): ContentToOpen => {
      const from = to;
      to += address.length + spareBytes;
      return { offset: address.offset, length: address.length, contentId, to: from };
    });
    const sealed = { start: room + start, length };
    const frame = {
      segment,
      number: content.address.frame,
      kind: 'data',
      sealed,
      contents,
    } as const;
    return { wanted, frame };
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
): Promise<OpenedContent[]> {
  const frames = batch.map(({ frame }) => frame);
  const isDamaged = isAmong(await memory.open(frames, secrets));
  return batch.flatMap(({ wanted, frame }, n) =>
    frame.contents.flatMap(({ to = 0, length }, m) => {
      const positions = wanted[m]?.positions ?? [];
      return isDamaged(n, m) ? [] : [{ start: to, length, positions }];
    }),
  );
}

function isAmong(damages: readonly OpenDamage[]): (frame: number, content: number) => boolean {
  if (damages.length === 0) return () => false;
  const damaged = new Set(damages.map(({ frame, content }) => `${frame}/${content ?? 'all'}`));
  return (frame, content) => damaged.has(`${frame}/all`) || damaged.has(`${frame}/${content}`);
}

function lent(memory: OpeningMemory, contents: readonly OpenedContent[]): LoadedContents {
  return new LoadedContents(memory.bytes, contents, () => memory.release());
}

function copied(
  memory: OpeningMemory,
  contents: readonly OpenedContent[],
  room: number,
): LoadedContents {
  const bytes = new Uint8Array(room);
  copyInto(bytes, 0, memory.bytes.subarray(0, room));
  memory.release();
  return new LoadedContents(bytes, contents, () => discard(bytes));
}
