import { sum } from '../bytes.ts';
import { frameBytesMax, frameHeaderBytes, frameOverheadBytes } from '../segment/frame.ts';
import { byPlace, frameId, type NamedContent } from './placed-content.ts';

/** A content, and at which positions it is asked for. */
export interface Wanted {
  readonly content: NamedContent;
  readonly positions: number[];
}

export interface WantedFrame {
  /** The first that is wanted of it. */
  readonly content: NamedContent;
  readonly wanted: Wanted[];
  /** Wanted as it was before it was sealed, if what is wanted is all of it. */
  readonly isEncoded: boolean;
}

/** Each frame once, by place. @param encoded ids of frames, by frameId */
export function wantedFrames(
  contents: readonly NamedContent[],
  encoded: ReadonlySet<string>,
): WantedFrame[] {
  const frames = new Map<string, WantedFrame>();
  for (const [position, content] of contents.entries()) {
    if (!isPossible(content)) continue;
    const id = frameId(content);
    const frame = frames.get(id) ?? { content, wanted: [], isEncoded: encoded.has(id) };
    frames.set(id, frame);
    const known = frame.wanted.find((each) => isSame(each.content, content));
    if (known === undefined) frame.wanted.push({ content, positions: [position] });
    else known.positions.push(position);
  }
  return [...frames.values()].sort((a, b) => byPlace(a.content, b.content));
}

/** Behind each opened content: so that it may be decompressed into its place. */
export const spareBytes = 1;

/** Room for what is opened of it. */
export function roomBytes({ wanted, isEncoded }: WantedFrame): number {
  const contents = sum(wanted.map(({ content }) => content.address.length + spareBytes));
  return isEncoded ? contents + frameHeaderBytes : contents;
}

/** No frame holds, or has, more. */
function isPossible({ address: { length, frameLength } }: NamedContent): boolean {
  return length <= frameBytesMax && frameLength <= frameBytesMax + frameOverheadBytes;
}

function isSame(a: NamedContent, b: NamedContent): boolean {
  const { offset, length } = a.address;
  return a.contentId === b.contentId && offset === b.address.offset && length === b.address.length;
}
