import { describe, expect, it } from 'vitest';
import {
  base64Text,
  inChunks,
  joined,
  type SplitItem,
  splitInChunks,
} from '../../../test/repository/splitting.ts';
import { someBytes } from '../../../test/repository/test-repository.ts';
import { nodeCompute } from '../../compute/node-compute.ts';
import { MimeSplitter } from './mime-splitter.ts';

const kib = 1024;

interface Body {
  readonly text: string;
  readonly header?: string;
}

/** A message with one text part and these bodies. */
function message(bodies: readonly Body[], lineEnd = '\r\n'): Buffer {
  const lines = ['From: a@example.com', 'MIME-Version: 1.0'];
  lines.push('Content-Type: multipart/mixed; boundary="b"', '', 'preamble');
  lines.push('--b', 'Content-Type: text/plain', '', 'hello', '-- ', 'signature');
  for (const { text, header = 'Content-Transfer-Encoding: base64' } of bodies) {
    lines.push('--b', 'Content-Type: application/pdf', header, '', text);
  }
  return Buffer.from([...lines, '--b--', ''].join(lineEnd), 'latin1');
}

async function split(bytes: Uint8Array, chunkSizes: readonly number[] = [10_000]) {
  const item = await splitInChunks(
    new MimeSplitter({ compute: nodeCompute }),
    inChunks(bytes, chunkSizes),
  );
  expect(Buffer.compare(await joined(item), bytes)).toBe(0);
  return item;
}

function isPrefix(bytes: Uint8Array, of: Uint8Array): boolean {
  return Buffer.compare(of.subarray(0, bytes.length), bytes) === 0;
}

function decodedOf({ contents, recipe }: SplitItem): readonly Uint8Array[] {
  return contents.filter((_, at) => recipe[at]?.base64 !== undefined);
}

describe('a MIME splitter', () => {
  it('cuts out attachments, decoded, whatever the lines and the chunks', async () => {
    for (const lineEnd of ['\r\n', '\n'] as const) {
      for (const lineLength of [76, 72, 64, 61, 998, 0]) {
        for (const size of [64 * kib, 100_000, 100_001, 100_002]) {
          const file = someBytes('file', size);
          const bytes = message([{ text: base64Text(file, lineLength, lineEnd) }], lineEnd);
          const item = await split(bytes, [1, 2, 7_777, 30_000]);
          expect(decodedOf(item)).toEqual([file]);
          expect(item.contents.length).toBe(3);
        }
      }
    }
  });

  it('tells line length and line end', async () => {
    const file = someBytes('file', 70_000);
    const item = await split(message([{ text: base64Text(file, 72, '\n') }], '\n'));
    expect(item.recipe).toEqual([
      { contents: 1, base64: undefined },
      { contents: 1, base64: { lineLength: 72, lineEnd: '\n' } },
      { contents: 1, base64: undefined },
    ]);
  });

  it('leaves small attachments where they are', async () => {
    const text = base64Text(someBytes('file', 64 * kib - 1), 76, '\r\n');
    const item = await split(message([{ text }, { text }]));
    expect(item.contents.length).toBe(1);
  });

  it('finds attachments of messages in messages, and the body of a message', async () => {
    const [first, second] = [someBytes('1', 80_000), someBytes('2', 90_000)];
    const inner = message([{ text: base64Text(first, 76, '\r\n') }]).toString('latin1');
    const outer = message([
      { text: inner, header: 'Content-Type: message/rfc822' },
      { text: base64Text(second, 76, '\r\n') },
    ]);
    expect(decodedOf(await split(outer))).toEqual([first, second]);
    const header = 'Subject: x\r\nContent-Transfer-Encoding:\r\n BASE64\r\n\r\n';
    const body = Buffer.from(header + base64Text(first, 76, '\r\n'), 'latin1');
    expect(decodedOf(await split(body))).toEqual([first]);
  });

  it('decodes as far as it is regular, and leaves the rest as it is', async () => {
    const file = someBytes('file', 114_001);
    const regular = base64Text(file, 76, '\r\n');
    const odd = [
      regular.replace(/\r\n/g, '\n'),
      `${regular.slice(0, 110_000)}\r\n${regular.slice(110_000)}`,
      `${regular.slice(0, 110_000)}!${regular.slice(110_001)}`,
      `${regular.slice(0, 110_000)}-${regular.slice(110_001)}`,
      `${regular.slice(0, 110_000)}=${regular.slice(110_001)}`,
      `${regular}\r\n${regular}`,
      `${regular} \r\ntrailing text`,
      regular.slice(0, -1),
      regular.slice(0, -2),
      `${regular}====`,
      `\r\n${regular}`,
      regular.replace(/\r\n/g, ' \r\n'),
    ];
    const sizes: number[] = [];
    for (const text of odd) {
      const item = await split(message([{ text }]), [4_096]);
      const decoded = decodedOf(item);
      for (const bytes of decoded) expect(isPrefix(bytes, file)).toBe(true);
      sizes.push(decoded[0]?.length ?? 0);
    }
    expect(sizes.map((size) => Math.round(size / 1_000))).toEqual([
      114, 80, 80, 80, 80, 114, 114, 114, 114, 114, 114, 0,
    ]);
  });

  it('passes everything else as one part', async () => {
    const text = base64Text(someBytes('file', 100_000), 76, '\r\n');
    const others = [
      Buffer.alloc(0),
      someBytes('image', 300_000),
      Buffer.from(text, 'latin1'),
      Buffer.from(`hello world\r\n\r\n${text}`, 'latin1'),
      Buffer.from(`Content-Transfer-Encoding: base64\r\n${text}`, 'latin1'),
      Buffer.from(`Content-Type: text/plain\r\n\r\n${text}`, 'latin1'),
      message([{ text, header: 'Content-Transfer-Encoding: quoted-printable' }]),
    ];
    for (const bytes of others) {
      const item = await split(bytes, [1_000, 70_000]);
      expect(item.contents.length).toBeLessThanOrEqual(1);
    }
  });

  it('cuts out a bounded number of attachments', async () => {
    const text = base64Text(someBytes('file', 3_000), 76, '\r\n');
    const bytes = message(Array.from({ length: 600 }, () => ({ text })));
    const splitter = new MimeSplitter({ compute: nodeCompute, attachmentBytesMin: 3_000 });
    const item = await splitInChunks(splitter, inChunks(bytes, [100_000]));
    expect(decodedOf(item).length).toBe(512);
    expect(Buffer.compare(await joined(item), bytes)).toBe(0);
  });

  it('holds no more than an attachment on probation', () => {
    const splitter = new MimeSplitter({ compute: nodeCompute }).open();
    const chunk = Buffer.from(base64Text(someBytes('file', 57 * 200), 76, '\r\n'), 'latin1');
    const begin = 'Content-Transfer-Encoding: base64\r\n\r\n';
    let given = 0;
    let got = 0;
    for (let n = 0; n < 200; n += 1) {
      const bytes = n === 0 ? Buffer.concat([Buffer.from(begin), chunk]) : chunk;
      given += bytes.length;
      for (const { part, bytes: out } of splitter.push(
        Buffer.concat([bytes, Buffer.from('\r\n')]),
      )) {
        got += part.base64 === undefined ? out.length : (out.length * 78 * 4) / 76 / 3;
      }
      expect(given - got).toBeLessThan(100 * kib);
    }
  });
});
