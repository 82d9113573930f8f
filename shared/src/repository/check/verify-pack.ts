import { ahead } from '../ahead.ts';
import type { FrameToOpen, OpenDamage } from '../batch-compute.ts';
import { equalBytes, sum } from '../bytes.ts';
import { damaged, isDamage } from '../damaged.ts';
import { packMagic } from '../pack/pack-layout.ts';
import { readFooter } from '../pack/read-footer.ts';
import { FrameBatches } from '../segment/frame-batch.ts';
import { type BadFrame, framesOf, type PackFrame, type PackReading } from './pack-frames.ts';

export interface VerifyPack extends PackReading {
  readonly length: number;
  /** Those by which contents of this repository may be named. */
  readonly contentIdSecrets: readonly Uint8Array[];
}

/**
 * Reads a pack once from end to end: its footer, then every frame; bad frames in
 * their order. Fails with E_REPOSITORY_DAMAGED when beginning or footer are not sound.
 */
export async function* verifyPack(options: VerifyPack): AsyncGenerator<BadFrame> {
  const { context, store, pack, length } = options;
  const { compute } = context.ports;
  const footerKey = context.keys.derived.footers;
  const footer = await readFooter({ store, compute, footerKey, pack, length });
  const { bytes } = await store.get(pack, { offset: 0, length: packMagic.length });
  if (!equalBytes(bytes, packMagic)) throw damaged('a pack does not begin as packs do');
  const stretches = stretchesOf(framesOf(options, footer));
  const verify = (stretch: Stretch) => verifyStretch(options, stretch);
  for await (const bad of ahead(stretches, stretchesAtOnce, verify)) yield* bad;
}

/** So much is read, and handed to a thread, at once. */
const stretchBytesMax = 2 * 1024 * 1024;
const stretchesAtOnce = 3;
/** Less is verified here: sooner than a thread would wake up. */
const handedOverBytesMin = 256 * 1024;

/** Neighbours that are verified together; or what is bad without being read. */
type Stretch = readonly PackFrame[] | BadFrame;

async function* stretchesOf(frames: AsyncIterable<PackFrame | BadFrame>): AsyncGenerator<Stretch> {
  let stretch: PackFrame[] = [];
  let bytes = 0;
  for await (const frame of frames) {
    const last = stretch.at(-1);
    if (last !== undefined && !(isBehind(frame, last) && bytes + frame.length <= stretchBytesMax)) {
      yield stretch;
      stretch = [];
      bytes = 0;
    }
    if ('key' in frame) {
      stretch.push(frame);
      bytes += frame.length;
    } else {
      yield frame;
    }
  }
  if (stretch.length > 0) yield stretch;
}

function isBehind(frame: PackFrame | BadFrame, last: PackFrame): frame is PackFrame {
  return 'key' in frame && frame.offset === last.offset + last.length;
}

async function verifyStretch(options: VerifyPack, stretch: Stretch): Promise<readonly BadFrame[]> {
  if ('message' in stretch) return [stretch];
  const { store, pack } = options;
  const [first] = stretch;
  const offset = first?.offset ?? 0;
  const length = sum(stretch.map((frame) => frame.length));
  try {
    const { bytes } = await store.get(pack, { offset, length });
    return await verifyFrames(options, stretch, bytes);
  } catch (error) {
    if (!isDamage(error)) throw error;
    const [only] = stretch;
    if (stretch.length === 1 && only !== undefined) return [badFrame(only, error.message)];
  }
  // It may reach behind the end of what is there.
  const bad: BadFrame[] = [];
  for (const frame of stretch) bad.push(...(await verifyStretch(options, [frame])));
  return bad;
}

/** @param bytes of the frames, end to end */
async function verifyFrames(
  { context, contentIdSecrets: secrets }: VerifyPack,
  stretch: readonly PackFrame[],
  bytes: Uint8Array,
): Promise<readonly BadFrame[]> {
  const { compute } = context.ports;
  const frames = toOpen(stretch);
  if (bytes.length < handedOverBytesMin) {
    return badFrames(stretch, new FrameBatches(compute).open(bytes, { frames, secrets }));
  }
  const workspace = compute.batches.workspace(bytes.length);
  try {
    workspace.bytes.set(bytes);
    return badFrames(stretch, await compute.batches.openContents(workspace, frames, secrets));
  } finally {
    workspace.release();
  }
}

function toOpen(stretch: readonly PackFrame[]): FrameToOpen[] {
  const begin = stretch[0]?.offset ?? 0;
  return stretch.map(({ segment, key, number, offset, length, contents }) => {
    const sealed = { start: offset - begin, length };
    const looked = contents.map((content) => {
      return {
        ...{ contentId: content.contentId, to: undefined },
        ...{ offset: content.offset, length: content.length },
      };
    });
    return { segment: key, number, kind: segment.kind, sealed, contents: looked };
  });
}

/** Each once. */
function badFrames(stretch: readonly PackFrame[], damages: readonly OpenDamage[]): BadFrame[] {
  const bad = new Map<number, BadFrame>();
  for (const { frame: at, message } of damages) {
    const frame = stretch[at];
    if (frame !== undefined && !bad.has(at)) bad.set(at, badFrame(frame, message));
  }
  return [...bad.values()];
}

function badFrame({ segment, number }: PackFrame, message: string): BadFrame {
  return { segment, frame: number, message };
}
