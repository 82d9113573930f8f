import { concatBytes } from '../bytes.ts';

/** Content is cut into pieces of this size; the last one is smaller. */
export const pieceBytes = 1024 * 1024;

/** Cuts content of any size, holding one piece. Yields nothing for an empty content. */
export async function* pieces(
  content: Uint8Array | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + pieceBytes - heldBytes);
      at += part.length;
      // A reader may use its buffer again, unless the piece is handed on at once.
      held.push(at === chunk.length ? Uint8Array.from(part) : part);
      heldBytes += part.length;
      if (heldBytes < pieceBytes) continue;
      yield concatBytes(held);
      held = [];
      heldBytes = 0;
    }
  }
  if (heldBytes > 0) yield concatBytes(held);
}
