import { openBox, sealBox } from '../../../shared/src/repository/segment/box.ts';
import {
  type FramePlace,
  frameBytesMax,
  openFrame,
  sealFrame,
} from '../../../shared/src/repository/segment/frame.ts';
import { segmentKinds } from '../../../shared/src/repository/segment/kinds.ts';
import {
  deriveSegmentKey,
  type SegmentKey,
} from '../../../shared/src/repository/segment/segment-key.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { type Mutate, mutateBytes } from '../mutate-bytes.ts';
import { bomb, compute, id, key, ports, text, u32 } from './fuzz-ports.ts';

/** Mostly frames still: another codec, another length, or another body. */
const mutateFrame: Mutate = (plain, chance) => {
  const part = chance.below(4);
  if (part === 0) return mutateBytes(plain, chance);
  if (part === 1)
    return Buffer.concat([plain.subarray(0, 5), mutateBytes(plain.subarray(5), chance)]);
  const length = part === 2 ? chance.below(2 ** chance.below(33)) : plain.length - 5;
  return plainFrame(chance.below(3), length, plain.subarray(5));
};

const plainFrame = (codec: number, length: number, body: Uint8Array) =>
  Buffer.concat([Buffer.from([codec]), u32(length), body]);

export async function frameTargets(): Promise<readonly FuzzTarget[]> {
  const place: FramePlace = {
    segment: await deriveSegmentKey(compute, key, id),
    number: 3,
    kind: 'data',
  };
  return [
    await contentTarget(place),
    await bombTarget(place),
    sealTarget(place),
    await boxTarget(),
  ];
}

/** Sealed by whoever has the key: lengths that lie, and bodies that do not inflate. */
async function contentTarget(place: FramePlace): Promise<FuzzTarget> {
  const words = text('hello hello hello hello '.repeat(40));
  const body = await compute.compress(words, 3);
  return {
    name: 'frame, sealed content',
    seeds: [
      plainFrame(0, 5, text('hello')),
      plainFrame(1, words.length, body),
      plainFrame(1, words.length, Buffer.concat([body, body])),
      plainFrame(1, 4096, await bomb(4096)),
      plainFrame(1, 100, await bomb(65_536)),
    ],
    mutate: mutateFrame,
    share: 14,
    parse: opened(place),
  };
}

/** Little that inflates to much, with lengths that say so or not. */
async function bombTarget(place: FramePlace): Promise<FuzzTarget> {
  const inflating = await bomb(4 * frameBytesMax);
  return {
    name: 'frame, bomb',
    seeds: [
      plainFrame(1, frameBytesMax, inflating),
      plainFrame(1, frameBytesMax, await bomb(frameBytesMax)),
      plainFrame(1, frameBytesMax + 1, inflating),
      plainFrame(1, 100_000, inflating),
    ],
    mutate: (plain, chance) => (chance.once(3) ? plain : mutateFrame(plain, chance)),
    share: 0.3,
    parse: opened(place),
  };
}

/**
 * Opens what was mutated, and then a sound frame: whatever the first one leaves
 * behind MUST NOT show in the second.
 */
function opened(place: FramePlace) {
  const { key: segmentKey } = place.segment;
  const sound = text('a sound frame, and '.repeat(60));
  const sealedSound = sealFrame(compute, place, sound);
  return (plain: Uint8Array) => {
    const sealed = new Uint8Array(plain.length + 16);
    compute.sealInto(sealed, { key: segmentKey, ...sealingOf(place) }, plain);
    try {
      const content = openFrame(compute, place, sealed);
      assert(content.length === Buffer.from(plain).readUInt32BE(1), 'another length than it says');
    } finally {
      const again = openFrame(compute, place, sealedSound);
      assert(Buffer.compare(again, sound) === 0, 'a frame spoils the one behind it');
    }
  };
}

/** docs/repository-format.md, "Frames, segments, boxes". */
function sealingOf({ segment, number, kind }: FramePlace) {
  return {
    nonce: Buffer.concat([Buffer.alloc(8), u32(number)]),
    associated: Buffer.concat([segment.id, u32(number), Buffer.from([segmentKinds[kind]])]),
  };
}

/** Changed, cut, or moved to another place: without the key nothing opens to other bytes. */
function sealTarget(place: FramePlace): FuzzTarget {
  const content = text('what was sealed at this place, and at no other');
  const sealed = sealFrame(compute, place, content);
  const elsewhere: readonly FramePlace[] = [
    { ...place, number: 4 },
    { ...place, kind: 'catalog' },
    { ...place, segment: withOtherKey(place.segment) },
    { ...place, segment: withOtherId(place.segment) },
  ];
  return {
    name: 'frame, without the key',
    seeds: [sealed],
    share: 10,
    parse: (bytes, chance) => {
      const isSame = Buffer.compare(bytes, sealed) === 0;
      const isMoved = isSame || chance.once(4);
      const given = isMoved ? sealed : bytes;
      openFrame(compute, isMoved ? chance.pick(elsewhere) : place, given);
      throw new Error('a frame opens that is not what was sealed at this place');
    },
  };
}

function withOtherKey({ id: segmentId }: SegmentKey): SegmentKey {
  return { id: segmentId, key: new Uint8Array(32).fill(8) };
}

function withOtherId({ key: segmentKey }: SegmentKey): SegmentKey {
  return { id: new Uint8Array(16).fill(9), key: segmentKey };
}

async function boxTarget(): Promise<FuzzTarget> {
  const opening = { key, kind: 'record' } as const;
  return {
    name: 'box',
    seeds: [await sealBox(ports, opening, text('{"format":1}'))],
    share: 3,
    parse: (bytes) => openBox(compute, opening, bytes),
  };
}

function assert(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
