import type { ContentToOpen, FrameToOpen, OpenDamage } from '../batch-compute.ts';
import { discard, sum } from '../bytes.ts';
import { undefinedWhenDamaged } from '../damaged.ts';
import type { Compute } from '../ports.ts';
import { frameBytesMax, frameOverheadBytes } from '../segment/frame.ts';
import { FrameBatches } from '../segment/frame-batch.ts';
import type { SegmentKey } from '../segment/segment-key.ts';
import { fetchFrames } from './fetch-frames.ts';
import type { FrameAccess } from './frame-access.ts';
import { byPlace, frameId, type NamedContent } from './placed-content.ts';

/** What is handed to a thread at a time. */
const batchBytesMin = 1024 * 1024;
/** Less is opened here: sooner than a thread would wake up. */
const handedOverBytesMin = 256 * 1024;

/** A content, and at which positions it is asked for. */
interface Wanted {
  readonly content: NamedContent;
  readonly positions: number[];
}

interface WantedFrame {
  /** The first that is wanted of it. */
  readonly content: NamedContent;
  readonly wanted: Wanted[];
}

interface SealedFrame extends WantedFrame {
  readonly sealed: Uint8Array;
  readonly segment: SegmentKey;
}

/**
 * Fetches and opens contents in one go: each frame once, neighbours with one
 * request, and opened on other threads when it is enough. Each content is
 * compared with its id.
 */
export async function loadContents(
  access: FrameAccess,
  contents: readonly NamedContent[],
): Promise<LoadedContents> {
  const secrets = await access.contentIdSecrets();
  const frames = framesOf(contents);
  const fetched = await fetchFrames(
    access.packs,
    frames.map(({ content }) => content),
  );
  try {
    const loaded = new LoadedContents();
    const batches = batchesOf(await withKeys(access, frames, fetched.sealed));
    const opening = { compute: access.compute, secrets, loaded };
    await Promise.all(batches.map((batch) => openBatch(batch, opening)));
    return loaded;
  } finally {
    fetched.discard();
  }
}

/** In memory of their own. */
export class LoadedContents {
  readonly #contents = new Map<number, Uint8Array>();

  /** Undefined: it is not there, or not sound; read by itself it says what is wrong. */
  at(position: number): Uint8Array | undefined {
    return this.#contents.get(position);
  }

  put(position: number, content: Uint8Array): void {
    this.#contents.set(position, content);
  }

  /** Frees their memory: nobody may read them any more. */
  discard(): void {
    for (const content of this.#contents.values()) discard(content);
    this.#contents.clear();
  }
}

/** By place. */
function framesOf(contents: readonly NamedContent[]): WantedFrame[] {
  const frames = new Map<string, WantedFrame>();
  for (const [position, content] of contents.entries()) {
    if (!isPossible(content)) continue;
    const id = frameId(content);
    const frame = frames.get(id) ?? { content, wanted: [] };
    frames.set(id, frame);
    const known = frame.wanted.find((each) => isSame(each.content, content));
    if (known === undefined) frame.wanted.push({ content, positions: [position] });
    else known.positions.push(position);
  }
  return [...frames.values()].sort((a, b) => byPlace(a.content, b.content));
}

/** No frame holds, or has, more. */
function isPossible({ address: { length, frameLength } }: NamedContent): boolean {
  return length <= frameBytesMax && frameLength <= frameBytesMax + frameOverheadBytes;
}

function isSame(a: NamedContent, b: NamedContent): boolean {
  const { offset, length } = a.address;
  return a.contentId === b.contentId && offset === b.address.offset && length === b.address.length;
}

async function withKeys(
  { segmentKeys }: FrameAccess,
  frames: readonly WantedFrame[],
  fetched: readonly (Uint8Array | undefined)[],
): Promise<SealedFrame[]> {
  const found: SealedFrame[] = [];
  for (const [at, frame] of frames.entries()) {
    const sealed = fetched[at];
    const segment = await segmentKeys.of(frame.content).catch(undefinedWhenDamaged);
    if (sealed !== undefined && segment !== undefined) found.push({ ...frame, sealed, segment });
  }
  return found;
}

function batchesOf(frames: readonly SealedFrame[]): SealedFrame[][] {
  const batches: SealedFrame[][] = [];
  let bytes = batchBytesMin;
  for (const frame of frames) {
    if (bytes >= batchBytesMin) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(frame);
    bytes += wantedBytes(frame);
  }
  return batches;
}

function wantedBytes({ wanted }: WantedFrame): number {
  return sum(wanted.map(({ content }) => content.address.length));
}

interface Opening {
  readonly compute: Compute;
  readonly secrets: readonly Uint8Array[];
  readonly loaded: LoadedContents;
}

async function openBatch(
  batch: readonly SealedFrame[],
  { compute, secrets, loaded }: Opening,
): Promise<void> {
  const openedBytes = sum(batch.map(wantedBytes));
  const sizeBytes = openedBytes + sum(batch.map(({ sealed }) => sealed.length));
  if (sizeBytes < handedOverBytesMin) {
    const bytes = new Uint8Array(sizeBytes);
    const frames = laidOut(batch, bytes, openedBytes);
    const damages = new FrameBatches(compute).open(bytes, { frames, secrets });
    return handOut(batch, { bytes, frames, damages }, loaded);
  }
  const workspace = compute.batches.workspace(sizeBytes);
  try {
    const frames = laidOut(batch, workspace.bytes, openedBytes);
    const damages = await compute.batches.openContents(workspace, frames, secrets);
    const bytes = workspace.bytes.slice(0, openedBytes);
    handOut(batch, { bytes, frames, damages }, loaded);
  } finally {
    workspace.release();
  }
}

/** Contents come first, end to end; behind them what is sealed. */
function laidOut(
  batch: readonly SealedFrame[],
  bytes: Uint8Array,
  sealedStart: number,
): FrameToOpen[] {
  let to = 0;
  let start = sealedStart;
  return batch.map(({ content, wanted, sealed, segment }) => {
    const contents = wanted.map(({ content: { contentId, address } }): ContentToOpen => {
      const { offset, length } = address;
      to += length;
      return { offset, length, contentId, to: to - length };
    });
    const { length } = sealed;
    bytes.set(sealed, start);
    start += length;
    const stretch = { start: start - length, length };
    return { segment, number: content.address.frame, kind: 'data', sealed: stretch, contents };
  });
}

interface OpenedBatch {
  readonly bytes: Uint8Array;
  readonly frames: readonly FrameToOpen[];
  readonly damages: readonly OpenDamage[];
}

function handOut(
  batch: readonly SealedFrame[],
  { bytes, frames, damages }: OpenedBatch,
  loaded: LoadedContents,
): void {
  const damaged = new Set(damages.map(({ frame, content }) => `${frame}/${content ?? 'all'}`));
  for (const [n, { contents }] of frames.entries()) {
    if (damaged.has(`${n}/all`)) continue;
    for (const [m, { to = 0, length }] of contents.entries()) {
      if (damaged.has(`${n}/${m}`)) continue;
      const content = bytes.subarray(to, to + length);
      for (const at of batch[n]?.wanted[m]?.positions ?? []) loaded.put(at, content);
    }
  }
}
