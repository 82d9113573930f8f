/** Plans and results of repack tasks. docs/repository-format.md, "Repack task and result". */
import { type StorageClass, storageClasses } from '../../storage-class/storage-class.ts';
import { concatBytes, fromHex, readU32, toHex, u32, writeU32 } from '../bytes.ts';
import { damaged, decoding } from '../damaged.ts';
import { decodeJson, encodeJson } from '../json.ts';
import type { Compute } from '../ports.ts';
import { isCount, isHexOf, isListOf, isOneOf, isRecordOf, isText, isTupleOf } from '../shape.ts';

export interface PlannedSource {
  /** Id of the segment. */
  readonly segment: string;
  readonly pack: string;
  /** Of the segment, in the pack. */
  readonly offset: number;
  /** Of this segment alone, hex. */
  readonly key: string;
}

export interface PlannedFrame {
  /** Position in sources. */
  readonly source: number;
  readonly frame: number;
  /** Of the sealed frame, in the segment. */
  readonly offset: number;
  readonly length: number;
}

export interface PlannedTarget {
  readonly objectId: string;
  readonly keyId: string;
  /** 8 bytes, hex, and the prefix key that belongs to them. */
  readonly idPrefix: string;
  readonly key: string;
  /** By which its contents are named, hex. */
  readonly contentIdSecret: string;
  /** How many of the contents, in order, are its. */
  readonly contents: number;
}

export interface PlannedContent {
  readonly contentId: string;
  /** Position in frames. */
  readonly frame: number;
  /** In the opened frame. */
  readonly offset: number;
  readonly length: number;
}

export interface RepackPlan {
  readonly pack: {
    /** Of the pack's name, up to the random part. */
    readonly namePrefix: string;
    readonly storageClass: StorageClass;
    readonly footerIdPrefix: string;
    readonly footerKey: string;
  };
  readonly sources: readonly PlannedSource[];
  readonly frames: readonly PlannedFrame[];
  readonly targets: readonly PlannedTarget[];
  readonly contents: readonly PlannedContent[];
}

export interface RepackedSegment {
  /** Position in the plan's targets. */
  readonly target: number;
  readonly id: string;
  readonly offset: number;
  /** Sealed length of each frame. */
  readonly frames: readonly number[];
  /** Number of contents in each frame, in the order of the plan. */
  readonly contents: readonly number[];
}

export interface RepackDamage {
  /** Positions in the plan's contents. */
  readonly contents: readonly number[];
  readonly pack: string;
  readonly message: string;
}

export interface RepackResult {
  readonly pack: string;
  readonly packLength: number;
  readonly segments: readonly RepackedSegment[];
  readonly damaged: readonly RepackDamage[];
}

const contentIdBytes = 32;
const contentEntryBytes = contentIdBytes + 12;
/** Of a plan of as many contents as there may be (contentsMax), and its frames. */
const plainBytesMax = 64 * 1024 * 1024;

interface PlanHead extends Omit<RepackPlan, 'frames' | 'contents'> {
  readonly frames: readonly (readonly [number, number, number, number])[];
}

const isPlanHead = isRecordOf<PlanHead>({
  pack: isRecordOf<RepackPlan['pack']>({
    namePrefix: isText,
    storageClass: isOneOf(...storageClasses),
    footerIdPrefix: isHexOf(8),
    footerKey: isHexOf(32),
  }),
  sources: isListOf(
    isRecordOf<PlannedSource>({
      segment: isHexOf(16),
      pack: isText,
      offset: isCount,
      key: isHexOf(32),
    }),
  ),
  frames: isListOf(isTupleOf(isCount, isCount, isCount, isCount)),
  targets: isListOf(
    isRecordOf<PlannedTarget>({
      objectId: isText,
      keyId: isText,
      idPrefix: isHexOf(8),
      key: isHexOf(32),
      contentIdSecret: isHexOf(32),
      contents: isCount,
    }),
  ),
});

const isResult = isRecordOf<RepackResult>({
  pack: isText,
  packLength: isCount,
  segments: isListOf(
    isRecordOf<RepackedSegment>({
      target: isCount,
      id: isHexOf(16),
      offset: isCount,
      frames: isListOf(isCount),
      contents: isListOf(isCount),
    }),
  ),
  damaged: isListOf(
    isRecordOf<RepackDamage>({ contents: isListOf(isCount), pack: isText, message: isText }),
  ),
});

export function encodePlan(compute: Compute, plan: RepackPlan): Promise<Uint8Array> {
  const { pack, sources, targets, contents } = plan;
  const frames = plan.frames.map(({ source, frame, offset, length }) => {
    return [source, frame, offset, length];
  });
  const json = encodeJson({ pack, sources, frames, targets });
  return packed(compute, concatBytes([u32(json.length), json, ...contents.map(encodeContent)]));
}

export async function decodePlan(compute: Compute, bytes: Uint8Array): Promise<RepackPlan> {
  const plain = await unpacked(compute, bytes);
  return decoding('a repack plan', () => planOf(plain));
}

function planOf(plain: Uint8Array): RepackPlan {
  const jsonEnd = 4 + readU32(plain, 0);
  const json = decodeJson(plain.subarray(4, jsonEnd), isPlanHead);
  const frames = json.frames.map(([source, frame, offset, length]) => {
    return { source, frame, offset, length };
  });
  if ((plain.length - jsonEnd) % contentEntryBytes !== 0) throw damaged('a content is cut off');
  const contents: PlannedContent[] = [];
  for (let at = jsonEnd; at + contentEntryBytes <= plain.length; at += contentEntryBytes) {
    contents.push(decodeContent(plain, at));
  }
  return { ...json, frames, contents };
}

export function encodeResult(compute: Compute, result: RepackResult): Promise<Uint8Array> {
  return packed(compute, encodeJson(result));
}

export async function decodeResult(compute: Compute, bytes: Uint8Array): Promise<RepackResult> {
  return decodeJson(await unpacked(compute, bytes), isResult);
}

function encodeContent({ contentId, frame, offset, length }: PlannedContent): Uint8Array {
  const entry = new Uint8Array(contentEntryBytes);
  entry.set(fromHex(contentId));
  writeU32(entry, contentIdBytes, frame);
  writeU32(entry, contentIdBytes + 4, offset);
  writeU32(entry, contentIdBytes + 8, length);
  return entry;
}

function decodeContent(bytes: Uint8Array, at: number): PlannedContent {
  return {
    contentId: toHex(bytes.subarray(at, at + contentIdBytes)),
    frame: readU32(bytes, at + contentIdBytes),
    offset: readU32(bytes, at + contentIdBytes + 4),
    length: readU32(bytes, at + contentIdBytes + 8),
  };
}

async function packed(compute: Compute, plain: Uint8Array): Promise<Uint8Array> {
  return concatBytes([u32(plain.length), await compute.compress(plain)]);
}

async function unpacked(compute: Compute, bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes.length < 4) throw damaged('a repack message is cut off');
  const length = readU32(bytes, 0);
  if (length > plainBytesMax) throw damaged(`a repack message says that it has ${length} bytes`);
  return compute.decompress(bytes.subarray(4), length);
}
