import { describe, expect, it } from 'vitest';
import { ImportBody } from './import-body.ts';

async function* pieces(content: Buffer, size: number) {
  for (let at = 0; at < content.length; at += size) {
    const piece = Buffer.from(content.subarray(at, at + size));
    yield piece;
    piece.fill(0);
  }
}

describe('ImportBody', () => {
  const content = Buffer.from(Array.from({ length: 200_000 }, (_, n) => (n * 31) % 251));

  it.each([
    ...[0, 1, 2, 3, 4, 5, 1_000].flatMap((length) => [1, 2, 3, 7].map((size) => [length, size])),
    ...[1_000, 49_152, 49_153, 65_536, 200_000].map((size) => [200_000, size]),
  ] as [number, number][])('holds %i bytes that arrive by %i', async (length, size) => {
    const item = content.subarray(0, length);
    const body = await ImportBody.of('a "folder"', pieces(item, size));
    expect(JSON.parse(body.bytes.toString())).toEqual({
      FolderId: 'a "folder"',
      Mode: 'create',
      Data: item.toString('base64'),
    });
  });
});
