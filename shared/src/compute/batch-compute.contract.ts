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
      const stored = [
        { sealed: sealed[0], texts: ['a', 'c'] },
        { sealed: sealed[1], texts: ['b'.repeat(9_000)] },
      ];
      expect(await opened(batches(), stored)).toEqual(['a', 'c', 'b'.repeat(9_000)]);
    });

    it('store what does not shrink as it is', async () => {
      const content = randomBytes(200_000).toString('latin1');
      const { workspace, contents, roomStart } = written(batches(), [content]);
      const frames = [frameAt(0, { contents })];
      const sealed = await batches().sealFrames(workspace, frames, roomStart);
      expect(sealed[0]?.length).toBe(200_000 + frameOverheadBytes);
      expect(await opened(batches(), [{ sealed: sealed[0], texts: [content] }])).toEqual([content]);
    });

    it('say which frames are damaged, and open the others', async () => {
      const { workspace, contents, roomStart } = written(batches(), ['a', 'b', 'c']);
      const frames = contents.map((content, number) => frameAt(number, { contents: [content] }));
      const sealed = await batches().sealFrames(workspace, frames, roomStart);
      const stored = sealed.map((frame, at) => {
        return { sealed: Uint8Array.from(frame), texts: ['abc'.charAt(at)] };
      });
      stored[1]?.sealed.fill(0, 3, 4);
      expect(await opened(batches(), stored)).toEqual(['a', undefined, 'c']);
    });

    it('say which contents of a sound frame are others than their ids say', async () => {
      const { workspace, contents, roomStart } = written(batches(), ['abc', 'def']);
      const frames = [frameAt(0, { contents })];
      const [sealed] = await batches().sealFrames(workspace, frames, roomStart);
      const stored = [{ sealed, texts: ['abX', 'def'] }];
      expect(await opened(batches(), stored)).toEqual([undefined, 'def']);
      expect(await opened(batches(), stored, { secrets: [] })).toEqual(['abc', 'def']);
      expect(await opened(batches(), stored, { secrets: [randomBytes(32), secret] })).toEqual([
        undefined,
        'def',
      ]);
    });

    it('refuse a content that reaches beyond its frame', async () => {
      const { workspace, contents, roomStart } = written(batches(), ['abc']);
      const [sealed] = await batches().sealFrames(workspace, [frameAt(0, { contents })], roomStart);
      const stored = [{ sealed, texts: ['abcd'] }];
      expect(await opened(batches(), stored, { secrets: [] })).toEqual([undefined]);
    });

    it('verify contents that go nowhere', async () => {
      const { workspace, contents, roomStart } = written(batches(), ['abc']);
      const [sealed] = await batches().sealFrames(workspace, [frameAt(0, { contents })], roomStart);
      const stretch = { start: sealed?.byteOffset ?? 0, length: sealed?.length ?? 0 };
      stretch.start -= workspace.bytes.byteOffset;
      const looked = (contentId: string) => {
        const content = { offset: 0, length: 3, contentId, to: undefined };
        const frame = frameAt(0, { sealed: stretch, contents: [content] });
        return batches().openContents(workspace, [frame], [secret]);
      };
      expect(await looked(idOf('abc'))).toEqual({ damages: [], encoded: [] });
      const { damages } = await looked(idOf('abd'));
      expect(damages).toMatchObject([{ frame: 0, content: 0 }]);
      workspace.release();
    });

    it('give a frame as it was encoded, and seal it for another place', async () => {
      const texts = ['a'.repeat(9_000), 'b'];
      const { sealed, encoded } = await passed(batches(), { texts, wanted: [[0], [1]] });
      expect(encoded).toEqual([{ frame: 0, length: (sealed?.length ?? 0) - 16 }]);
      expect(sealed?.length).toBeLessThan(200);
      expect(await opened(batches(), [{ sealed, texts }], { first: 7 })).toEqual(texts);
      expect(await opened(batches(), [{ sealed, texts }])).toEqual([undefined, undefined]);
    });

    it.each<[string, Passed['wanted'], unknown]>([
      ['of which not all is wanted', [[0]], ['a']],
      ['whose contents are wanted in another order', [[1], [0]], ['b', 'a']],
      ['with a content that is not what its id says', [[0], [1, 'x']], ['a', undefined]],
    ])('give contents of a frame %s', async (_, wanted, expected) => {
      const { encoded, found } = await passed(batches(), { texts: ['a', 'b'], wanted });
      expect(encoded).toEqual([]);
      expect(found).toEqual(expected);
    });

    it('run side by side', async () => {
      const runs = Array.from({ length: 8 }, async (_, n) => {
        const { workspace, contents, roomStart } = written(batches(), [`${n}`.repeat(5_000)]);
        const frames = [frameAt(n, { contents })];
        const sealed = await batches().sealFrames(workspace, frames, roomStart);
        const stored = [{ sealed: sealed[0], texts: [`${n}`.repeat(5_000)] }];
        const back = await opened(batches(), stored, { first: n });
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

interface Passed {
  readonly texts: readonly string[];
  /** Which of the texts, and what their ids are of. */
  readonly wanted: readonly (readonly [text: number, idOf?: string])[];
}

/** A frame with these texts, wanted as it is: what is given, and then sealed at number 7. */
async function passed(batches: BatchCompute, { texts, wanted }: Passed) {
  const { workspace: own, contents, roomStart } = written(batches, texts);
  const [first] = await batches.sealFrames(own, [frameAt(0, { contents })], roomStart);
  const workspace = batches.workspace(32 * 1024);
  workspace.bytes.set(first ?? []);
  own.release();
  const [encodedTo, contentsTo] = [1024, 2048];
  const toOpen = wanted.map(([at, named = texts[at] ?? '']) => {
    const { start: offset = 0, length = 0 } = contents[at] ?? {};
    return { offset, length, contentId: idOf(named), to: contentsTo + offset };
  });
  const sealed = { start: 0, length: first?.length ?? 0 };
  const frame = frameAt(0, { sealed, contents: toOpen, encodedTo });
  const { encoded, damages } = await batches.openContents(workspace, [frame], [secret]);
  const bytes = Buffer.from(workspace.bytes);
  const found = toOpen.map(({ to, length }, at) => {
    const isDamaged = damages.some((each) => (each.content ?? at) === at);
    return isDamaged ? undefined : bytes.toString('latin1', to, to + length);
  });
  const [whole] = encoded;
  const toSeal = whole && [frameAt(7, { encoded: { start: encodedTo, length: whole.length } })];
  const [again] = toSeal ? await batches.sealFrames(workspace, toSeal, 16 * 1024) : [];
  const copy = again && Uint8Array.from(again);
  workspace.release();
  return { encoded, found, sealed: copy };
}

function frameAt<T extends object>(number: number, rest: T) {
  return { segment, number, kind: 'data', ...rest } as const;
}

function idOf(text: string): string {
  return createHmac('sha256', secret).update(Buffer.from(text, 'latin1')).digest('hex');
}

interface StoredFrame {
  readonly sealed: Uint8Array | undefined;
  /** That it should hold, end to end. */
  readonly texts: readonly string[];
}

/** Of all contents in order, what lies where they should be; undefined: damaged. */
async function opened(
  batches: BatchCompute,
  stored: readonly StoredFrame[],
  { first = 0, secrets = [secret] }: { first?: number; secrets?: readonly Uint8Array[] } = {},
): Promise<(string | undefined)[]> {
  const spaceBytes = 256 * 1024;
  const workspace = batches.workspace(stored.length * 2 * spaceBytes);
  const frames = stored.map(({ sealed = new Uint8Array(), texts }, n) => {
    const start = n * 2 * spaceBytes;
    workspace.bytes.set(sealed, start);
    let offset = 0;
    const contents = texts.map((text) => {
      const { length } = text;
      offset += length;
      const at = offset - length;
      return { offset: at, length, contentId: idOf(text), to: start + spaceBytes + at };
    });
    return frameAt(first + n, { sealed: { start, length: sealed.length }, contents });
  });
  const { damages } = await batches.openContents(workspace, frames, secrets);
  const texts = frames.flatMap(({ contents }, frame) =>
    contents.map(({ to, length }, content) => {
      const isDamaged = damages.some(
        (each) => each.frame === frame && (each.content ?? content) === content,
      );
      const bytes = Buffer.from(workspace.bytes.slice(to, to + length));
      return isDamaged ? undefined : bytes.toString('latin1');
    }),
  );
  workspace.release();
  return texts;
}
