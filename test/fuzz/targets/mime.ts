import { nodeCompute } from '@firn/shared/compute/node-compute';
import { decodeItem } from '../../../shared/src/repository/catalog/decode-row.ts';
import { joinContents } from '../../../shared/src/repository/split/join-contents.ts';
import { MimeSplitter } from '../../../shared/src/repository/split/mime-splitter.ts';
import {
  base64Text,
  inChunks,
  joined,
  splitInChunks,
} from '../../../shared/test/repository/splitting.ts';
import { collected, someBytes } from '../../../shared/test/repository/test-repository.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { mutateJson } from '../mutate-json.ts';
import { mutateMime } from '../mutate-mime.ts';
import { contentId, json, text } from './fuzz-ports.ts';

export function mimeTargets(): readonly FuzzTarget[] {
  return [splitTarget(), recipeTarget()];
}

/** Whatever it is, it comes back as it was. */
function splitTarget(): FuzzTarget {
  const splitters = [1, 30, 400].map(
    (attachmentBytesMin) => new MimeSplitter({ compute: nodeCompute, attachmentBytesMin }),
  );
  return {
    name: 'MIME',
    seeds: [message('\r\n', 76), message('\n', 60), message('\r\n', 0), nested()],
    mutate: mutateMime,
    share: 10,
    parse: async (bytes, chance) => {
      const sizes = [1 + chance.below(200), 1 + chance.below(2_000)];
      const item = await splitInChunks(chance.pick(splitters), inChunks(bytes, sizes));
      if (Buffer.compare(await joined(item), bytes) === 0) return;
      throw new Error('a message came back as another one');
    },
  };
}

function message(lineEnd: string, lineLength: number): Uint8Array {
  const attachment = (bytes: number) =>
    base64Text(someBytes(`${bytes}`, bytes), lineLength, lineEnd);
  const lines = [
    'From: a@example.com',
    'Content-Type: multipart/mixed;',
    ' boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'hello',
    '--b',
    'Content-Type: image/png',
    'Content-Transfer-Encoding: base64',
    '',
    attachment(700),
    '--b',
    'Content-Transfer-Encoding: base64',
    '',
    attachment(50),
    '--b--',
    '',
  ];
  return text(lines.join(lineEnd));
}

function nested(): Uint8Array {
  const inner = Buffer.from(message('\r\n', 76)).toString('latin1');
  const head = 'Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n';
  return text(`${head}Content-Type: message/rfc822\r\n\r\n${inner}\r\n--c--\r\n`);
}

const contentBytes = [0, 1, 57, 100, 300];
const contents = contentBytes.map((length, at) => someBytes(`content ${at}`, length));

/** A recipe that lies: its item, and any range of it, are bytes or damage. */
function recipeTarget(): FuzzTarget {
  const row = {
    ...{ itemId: 'i', folderId: 'f', name: 'n', type: 't', changeKey: 'k', size: 5, date: '' },
    ...{ columns: {}, properties: {}, format: 'file', content: contents.map(() => contentId) },
    recipe: [
      { contents: 2 },
      { contents: 2, base64: { lineLength: 76, lineEnd: '\r\n' } },
      { contents: 1, base64: { lineLength: 0, lineEnd: '\n' } },
    ],
  };
  return {
    name: 'recipe',
    seeds: [json(row)],
    mutate: mutateJson,
    share: 4,
    parse: async (bytes, chance) => {
      const { recipe } = decodeItem(bytes);
      const item = { lengths: contentBytes, recipe };
      const read = async (ordinal: number) => contents[ordinal] ?? new Uint8Array();
      const whole = await collected(joinContents(item, read));
      const range = { offset: chance.below(whole.length + 9), length: chance.below(500) };
      const part = await collected(joinContents(item, read, range));
      const expected = whole.subarray(range.offset, range.offset + range.length);
      if (Buffer.compare(part, expected) !== 0) throw new Error('a range has other bytes');
    },
  };
}
