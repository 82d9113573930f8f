import type { RecipePart } from '../../src/repository/catalog/row.ts';
import type {
  ContentSplitter,
  PartBytes,
  SplitPart,
} from '../../src/repository/split/content-splitter.ts';
import { joinContents } from '../../src/repository/split/join-contents.ts';
import { collected } from './test-repository.ts';

/** An item as it would be stored: one content per part. */
export interface SplitItem {
  readonly contents: readonly Uint8Array[];
  readonly recipe: readonly RecipePart[];
}

/** Splits bytes that come in chunks, each of which is overwritten once the next is asked for. */
export async function splitInChunks(
  splitter: ContentSplitter,
  chunks: Iterable<Uint8Array>,
): Promise<SplitItem> {
  const parts = new Map<SplitPart, Uint8Array[]>();
  for (const { part, bytes } of splitParts(splitter, chunks)) {
    parts.set(part, [...(parts.get(part) ?? []), Uint8Array.from(bytes)]);
  }
  const contents = [...parts.values()].map((each) => new Uint8Array(Buffer.concat(each)));
  return { contents, recipe: [...parts.keys()].map(({ base64 }) => ({ contents: 1, base64 })) };
}

function* splitParts(
  splitter: ContentSplitter,
  chunks: Iterable<Uint8Array>,
): Generator<PartBytes> {
  const item = splitter.open();
  for (const bytes of reusing(chunks)) yield* item.push(bytes);
  yield* item.end();
}

export async function joined({ contents, recipe }: SplitItem): Promise<Uint8Array> {
  const lengths = contents.map(({ length }) => length);
  return collected(
    joinContents({ lengths, recipe }, async (at) => contents[at] ?? new Uint8Array()),
  );
}

/** Chunks of these sizes, again and again. */
export function* inChunks(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, n = 0; at < bytes.length; n += 1) {
    const size = sizes[n % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

function* reusing(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const chunk of chunks) {
    const reused = Uint8Array.from(chunk);
    yield reused;
    reused.fill(0xff);
  }
}

/** Base64 in lines, by another way than the code that is tested. */
export function base64Text(bytes: Uint8Array, lineLength: number, lineEnd: string): string {
  const text = Buffer.from(bytes).toString('base64');
  if (lineLength === 0) return text;
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += lineLength) lines.push(text.slice(at, at + lineLength));
  return lines.join(lineEnd);
}
