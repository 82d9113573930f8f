import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { BatchCompute, Stretch } from '../repository/batch-compute.ts';
import { frameOverheadBytes } from '../repository/segment/frame.ts';

const segment = { id: randomBytes(16), key: randomBytes(32) };
const secret = randomBytes(32);

/** @param batches asked for within each test */
export function describeBatchCompute(batches: () => BatchCompute): void {
  describe('batches', () => {
    it('name contents by their keyed digest', async () => {
      const { workspace, contents, texts } = written(batches(), ['one', '', 'two']);
      const expected = texts.map((text) => createHmac('sha256', secret).update(text).digest('hex'));
      expect(await batches().contentIds(secret, workspace, contents)).toEqual(expected);
      workspace.release();
    });

    it('seal frames of several contents that open to the same bytes', async () => {
      const { workspace, contents, roomStart } = written(batches(), ['a', 'b'.repeat(9_000), 'c']);
      const [a, b, c] = contents as [Stretch, Stretch, Stretch];
      const frames = [[a, c], [b]].map((each, number) => frameAt(number, { contents: each }));
      const sealed = await batches().sealFrames(workspace, frames, roomStart);
      expect(sealed[1]?.length).toBeLessThan(200);
      expect(await opened(batches(), sealed)).toEqual(['ac', 'b'.repeat(9_000)]);
    });

    it('store what does not shrink as it is', async () => {
      const content = randomBytes(200_000).toString('latin1');
      const { workspace, contents, roomStart } = written(batches(), [content]);
      const frames = [frameAt(0, { contents })];
      const sealed = await batches().sealFrames(workspace, frames, roomStart);
      expect(sealed[0]?.length).toBe(200_000 + frameOverheadBytes);
      expect(await opened(batches(), sealed)).toEqual([content]);
    });

    it('say which frames are damaged, and open the others', async () => {
      const { workspace, contents, roomStart } = written(batches(), ['a', 'b', 'c']);
      const frames = contents.map((content, number) => frameAt(number, { contents: [content] }));
      const sealed = await batches().sealFrames(workspace, frames, roomStart);
      const damaged = sealed.map((frame) => Uint8Array.from(frame));
      damaged[1]?.fill(0, 3, 4);
      expect(await opened(batches(), damaged)).toEqual(['a', undefined, 'c']);
    });

    it('refuse a frame that is longer than its room', async () => {
      const { workspace, contents, roomStart } = written(batches(), ['abc']);
      const [sealed] = await batches().sealFrames(workspace, [frameAt(0, { contents })], roomStart);
      expect(await opened(batches(), [sealed ?? new Uint8Array()], 2)).toEqual([undefined]);
    });

    it('run side by side', async () => {
      const runs = Array.from({ length: 8 }, async (_, n) => {
        const { workspace, contents, roomStart } = written(batches(), [`${n}`.repeat(5_000)]);
        const frames = [frameAt(n, { contents })];
        const sealed = await batches().sealFrames(workspace, frames, roomStart);
        const back = await opened(batches(), sealed, 5_000, n);
        workspace.release();
        return back;
      });
      expect(await Promise.all(runs)).toEqual(runs.map((_, n) => [`${n}`.repeat(5_000)]));
    });
  });
}

/** A workspace with these texts (latin1), end to end. */
function written(batches: BatchCompute, texts: readonly string[]) {
  const roomStart = texts.join('').length;
  const workspace = batches.workspace(2 * roomStart + texts.length * frameOverheadBytes);
  let start = 0;
  const contents = texts.map((text) => {
    workspace.bytes.set(Buffer.from(text, 'latin1'), start);
    start += text.length;
    return { start: start - text.length, length: text.length };
  });
  return { workspace, contents, texts, roomStart };
}

function frameAt<T extends object>(number: number, rest: T) {
  return { segment, number, kind: 'data', ...rest } as const;
}

async function opened(
  batches: BatchCompute,
  sealed: readonly Uint8Array[],
  roomBytes = 250_000,
  first = 0,
): Promise<(string | undefined)[]> {
  const spaceBytes = 256 * 1024;
  const workspace = batches.workspace(sealed.length * 2 * spaceBytes);
  const frames = sealed.map((bytes, n) => {
    const start = n * 2 * spaceBytes;
    workspace.bytes.set(bytes, start);
    const room = { start: start + spaceBytes, length: roomBytes };
    return frameAt(first + n, { sealed: { start, length: bytes.length }, room });
  });
  const results = await batches.openFrames(workspace, frames);
  const texts = results.map((result) => {
    if ('damage' in result) return undefined;
    const { start, length } = result;
    return Buffer.from(workspace.bytes.slice(start, start + length)).toString('latin1');
  });
  workspace.release();
  return texts;
}
