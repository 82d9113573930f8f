import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64Text, inChunks, joined, splitInChunks } from '../../../test/repository/splitting.ts';
import { nodeCompute } from '../../compute/node-compute.ts';
import { MimeSplitter } from './mime-splitter.ts';

const corpus = resolve(import.meta.dirname, '../../../../../shared/corpus/mime');

/** Cuts out whatever has at least this many bytes, so that small messages have attachments. */
const splitters = [1, 30, 400].map(
  (attachmentBytesMin) => new MimeSplitter({ compute: nodeCompute, attachmentBytesMin }),
);

async function comesBack(bytes: Uint8Array, chunkSizes: readonly number[]): Promise<number> {
  let parts = 0;
  for (const splitter of splitters) {
    const item = await splitInChunks(splitter, inChunks(bytes, chunkSizes));
    expect(Buffer.compare(await joined(item), bytes)).toBe(0);
    expect(item.contents.every(({ length }) => length > 0)).toBe(true);
    parts += item.recipe.filter(({ base64 }) => base64 !== undefined).length;
  }
  return parts;
}

const lineEnds = fc.constantFrom('\r\n', '\n');

const bodies = fc.oneof(
  fc
    .record({
      file: fc.uint8Array({ maxLength: 900 }),
      lineLength: fc.constantFrom(0, 1, 3, 4, 60, 61, 72, 76, 76, 76),
      lineEnd: lineEnds,
    })
    .map(({ file, lineLength, lineEnd }) => base64Text(file, lineLength, lineEnd)),
  fc.constantFrom('', '--', '--b', '--b--', '\r\n', ' ', '=', '====', 'plain text', '-- \r\nme'),
  fc.stringMatching(/^[A-Za-z0-9+/=\r\n !-]{0,300}$/),
);

const encodings = [
  'Content-Transfer-Encoding: base64',
  'Content-Transfer-Encoding: BASE64 ',
  'content-transfer-encoding:\r\n\tbase64',
];
const containers = [
  'Content-Type: multipart/mixed;\r\n boundary="b"',
  'Content-Type: message/rfc822',
];
const others = ['Content-Type: image/png; name="x"', 'Subject: =?utf-8?q?x?=', 'not a header'];

/** Text that is nearly a message: parts in parts, broken here and there. */
const { message } = fc.letrec<{ message: string; part: string }>((tie) => ({
  part: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc
      .record({ encoding: fc.constantFrom(...encodings), lines: fc.subarray(others), body: bodies })
      .map(({ encoding, lines, body }) => [...lines, encoding, '', body].join('\r\n')),
    bodies,
    tie('message'),
  ),
  message: fc
    .record({
      container: fc.constantFrom(...containers),
      lines: fc.subarray(others.slice(0, 2)),
      parts: fc.array(tie('part'), { maxLength: 4 }),
      lineEnd: lineEnds,
      isClosed: fc.boolean(),
    })
    .map(({ container, lines, parts, lineEnd, isClosed }) => {
      const inner = parts.flatMap((part) => ['--b', part]);
      const end = isClosed ? ['--b--', ''] : [];
      return [...lines, container, '', ...inner, ...end].join(lineEnd);
    }),
}));

const chunkSizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 });

describe('whatever a MIME splitter is given', () => {
  it.skipIf(!existsSync(corpus))('every real message comes back', async () => {
    const names = await readdir(corpus, { recursive: true });
    const files = names.filter((name) => name.endsWith('.eml'));
    expect(files.length).toBeGreaterThan(50);
    let attachments = 0;
    for (const name of files) {
      const bytes = await readFile(join(corpus, name));
      for (const sizes of [[bytes.length], [1_017, 3, 2_064]]) {
        attachments += await comesBack(bytes, sizes);
      }
    }
    expect(attachments).toBeGreaterThan(20);
  });

  it('every generated message comes back, whole and cut short', async () => {
    let attachments = 0;
    const property = fc.asyncProperty(
      message,
      chunkSizes,
      fc.nat(3_000),
      async (text, sizes, cut) => {
        const bytes = Buffer.from(text, 'latin1');
        attachments += await comesBack(bytes, sizes);
        await comesBack(bytes.subarray(0, cut), sizes);
      },
    );
    await fc.assert(property, { numRuns: 400 });
    expect(attachments).toBeGreaterThan(50);
  });

  it('messages with changed bytes come back', async () => {
    const change = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });
    const changes = fc.array(change, { maxLength: 8 });
    const property = fc.asyncProperty(message, changes, chunkSizes, async (text, each, sizes) => {
      const bytes = Buffer.from(text, 'latin1');
      for (const { at, byte } of each) bytes[at % Math.max(bytes.length, 1)] = byte;
      await comesBack(bytes, sizes);
    });
    await fc.assert(property, { numRuns: 400 });
  });

  it('random bytes come back', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 2_000 }),
      fc
        .uint8Array({ maxLength: 500 })
        .map((tail) => Buffer.concat([Buffer.from('Content-Transfer-Encoding: base64\n\n'), tail])),
    );
    const property = fc.asyncProperty(bytes, chunkSizes, async (each, sizes) => {
      await comesBack(each, sizes);
    });
    await fc.assert(property, { numRuns: 400 });
  });
});
