import { ahead } from '../ahead.ts';
import type { FrameToOpen, OpenDamage } from '../batch-compute.ts';
import { equalBytes, sum } from '../bytes.ts';
import { damaged, isDamage } from '../damaged.ts';
import { packMagic } from '../pack/pack-layout.ts';
import { readFooter } from '../pack/read-footer.ts';
import { openingMemory } from '../read/opening-memory.ts';
import { readInto } from '../read/read-into.ts';
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
  try {
    return await verifyFrames(options, stretch);
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

/** Read into, and opened in, memory of their own. */
async function verifyFrames(
  { context, store, pack, contentIdSecrets }: VerifyPack,
  stretch: readonly PackFrame[],
): Promise<readonly BadFrame[]> {
  const offset = stretch[0]?.offset ?? 0;
  const length = sum(stretch.map((frame) => frame.length));
  const memory = openingMemory(context.ports.compute, length);
  try {
    const range = { offset, length };
    await readInto(store, { name: pack, range, target: memory.bytes.subarray(0, length) });
    const { damages } = await memory.open(toOpen(stretch), contentIdSecrets);
    return badFrames(stretch, damages);
  } finally {
    memory.release();
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
