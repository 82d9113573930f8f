/** An item's bytes out of its contents. docs/repository-format.md, "Joined contents". */

import { sum } from '../bytes.ts';
import type { Base64Lines, RecipePart } from '../catalog/row.ts';
import { damaged } from '../damaged.ts';
import type { ByteRange } from '../ports.ts';
import { Base64Encoder } from './base64-encoder.ts';
import { bytesOfCharacters, encodedBytes } from './base64-lines.ts';

export interface JoinedItem {
  /** Bytes of each content, in order. */
  readonly lengths: readonly number[];
  readonly recipe: readonly RecipePart[] | undefined;
}

/** The bytes of one content of an item, by its ordinal. */
export type ReadContent = (ordinal: number) => Promise<Uint8Array>;

/** A part and where it lies. */
interface PlacedPart {
  readonly base64: Base64Lines | undefined;
  /** Ordinals of its contents. */
  readonly first: number;
  readonly end: number;
  /** In the item. */
  readonly offset: number;
  readonly length: number;
}

/**
 * The bytes of an item, or those of a range of it, which may reach beyond its end. Reads
 * the contents that it needs, in order; holds one of them.
 * E_REPOSITORY_DAMAGED when recipe and contents do not fit, and errors of read.
 */
export async function* joinContents(
  item: JoinedItem,
  read: ReadContent,
  range: ByteRange = { offset: 0, length: Number.POSITIVE_INFINITY },
): AsyncGenerator<Uint8Array> {
  const end = range.offset + range.length;
  for (const part of placedParts(item)) {
    if (part.offset + part.length <= range.offset) continue;
    if (part.offset >= end) return;
    const from = Math.max(range.offset - part.offset, 0);
    const to = Math.min(end - part.offset, part.length);
    const bytes =
      part.base64 === undefined
        ? rawBytes(item, part, { read, from })
        : encoded(item, { ...part, base64: part.base64 }, { read, from });
    yield* first(to - from, bytes);
  }
}

function placedParts({ lengths, recipe }: JoinedItem): PlacedPart[] {
  const parts: PlacedPart[] = [];
  let first = 0;
  let offset = 0;
  for (const { contents, base64 } of recipe ?? [{ contents: lengths.length }]) {
    const end = first + contents;
    if (!isPart(contents, base64) || end > lengths.length) throw damaged('a recipe is none');
    const bytes = sum(lengths.slice(first, end));
    const length = base64 === undefined ? bytes : encodedBytes(base64, bytes);
    parts.push({ base64, first, end, offset, length });
    first = end;
    offset += length;
  }
  if (first !== lengths.length) throw damaged('a recipe leaves contents out');
  return parts;
}

function isPart(contents: unknown, base64: Base64Lines | undefined): boolean {
  if (!Number.isSafeInteger(contents) || (contents as number) < 0) return false;
  if (base64 === undefined) return true;
  const { lineLength, lineEnd } = base64;
  return Number.isSafeInteger(lineLength) && lineLength >= 0 && /^\r?\n$/.test(lineEnd);
}

interface PartReading {
  readonly read: ReadContent;
  /** In the part: bytes before it are not wanted. */
  readonly from: number;
}

async function* rawBytes(
  { lengths }: JoinedItem,
  part: PlacedPart,
  { read, from }: PartReading,
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for (let ordinal = part.first; ordinal < part.end; ordinal += 1) {
    const start = Math.max(from - offset, 0);
    offset += lengths[ordinal] ?? 0;
    if (offset > from) yield (await read(ordinal)).subarray(start);
  }
}

/** Begins with the last content of which a group of three bytes begins early enough. */
async function* encoded(
  { lengths }: JoinedItem,
  part: PlacedPart & { readonly base64: Base64Lines },
  { read, from }: PartReading,
): AsyncGenerator<Uint8Array> {
  const begin = beginOf(part, lengths, from);
  const encoder = new Base64Encoder(part.base64, begin.groups);
  const skip = from - startOfGroup(part.base64, begin.groups);
  const blocks = encodedFrom(part, begin, { encoder, read });
  yield* behind(skip, blocks);
}

async function* encodedFrom(
  { end }: PlacedPart,
  begin: Begin,
  { encoder, read }: { readonly encoder: Base64Encoder; readonly read: ReadContent },
): AsyncGenerator<Uint8Array> {
  for (let { ordinal, skip } = begin; ordinal < end; ordinal += 1, skip = 0) {
    yield* encoder.push((await read(ordinal)).subarray(skip));
  }
  yield* encoder.end();
}

interface Begin {
  readonly ordinal: number;
  /** Bytes at the beginning of the content: they belong to an earlier group. */
  readonly skip: number;
  /** Before it, in the part. */
  readonly groups: number;
}

function beginOf(
  part: PlacedPart & { readonly base64: Base64Lines },
  lengths: readonly number[],
  from: number,
): Begin {
  let begin: Begin = { ordinal: part.first, skip: 0, groups: 0 };
  let offset = 0;
  for (let ordinal = part.first; ordinal < part.end; ordinal += 1) {
    const groups = Math.ceil(offset / 3);
    const skip = groups * 3 - offset;
    const length = lengths[ordinal] ?? 0;
    if (startOfGroup(part.base64, groups) > from) break;
    if (skip <= length) begin = { ordinal, skip, groups };
    offset += length;
  }
  return begin;
}

/** Where the encoder's output begins after so many groups: with the line end before the next one. */
function startOfGroup(lines: Base64Lines, groups: number): number {
  return bytesOfCharacters(lines, groups * 4);
}

async function* behind(
  count: number,
  blocks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const block of blocks) {
    if (block.length > left) yield block.subarray(left);
    left = Math.max(left - block.length, 0);
  }
}

async function* first(
  count: number,
  blocks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const block of blocks) {
    yield block.subarray(0, left);
    left -= block.length;
    if (left <= 0) return;
  }
}
