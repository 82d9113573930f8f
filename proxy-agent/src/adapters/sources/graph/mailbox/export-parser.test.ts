import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ExportedItem, ExportParser } from './export-parser.ts';

const limits = { itemMaxBytes: 1024 * 1024 };

function parse(answer: string, pieceSize: number): ExportedItem[] {
  const parser = new ExportParser(limits);
  const bytes = Buffer.from(answer);
  const items: ExportedItem[] = [];
  for (let at = 0; at < bytes.length; at += pieceSize) {
    items.push(...parser.push(bytes.subarray(at, at + pieceSize)));
  }
  parser.end();
  return items;
}

const content = Buffer.from(Array.from({ length: 1000 }, (_, n) => (n * 7) % 256));
const answer = JSON.stringify(
  {
    '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#Collection(exportItemResponse)',
    value: [
      { itemId: 'a=', changeKey: 'k"\\{', data: content.toString('base64') },
      { itemId: 'b', Error: { code: 'ErrorItemNotFound', message: 'a } "quoted" { message' } },
      { data: content.subarray(0, 1).toString('base64'), itemId: 'c', nested: { data: 'no' } },
      { itemId: 'd', error: { code: 'ErrorCorruptData', message: '' } },
      { itemId: 'e', data: '' },
    ],
  },
  undefined,
  1,
);

describe('ExportParser', () => {
  it.each([1, 2, 3, 7, 64, 100_000])('reads an answer that arrives in pieces of %i', (size) => {
    expect(parse(answer, size)).toEqual([
      { itemId: 'a=', data: content },
      { itemId: 'b', code: 'ErrorItemNotFound', message: 'a } "quoted" { message' },
      { itemId: 'c', data: content.subarray(0, 1) },
      { itemId: 'd', code: 'ErrorCorruptData', message: '' },
      { itemId: 'e', data: Buffer.alloc(0) },
    ]);
  });

  it('reads base64 whose slashes are escaped', () => {
    const text = '{"value":[{"itemId":"a","data":"\\/\\/\\/\\/"}]}';
    expect(parse(text, 5)).toEqual([{ itemId: 'a', data: Buffer.from('////', 'base64') }]);
  });

  it('refuses an answer that is cut off', () => {
    expect(() => parse(answer.slice(0, 800), 100)).toThrow('ends in the middle');
  });

  it('refuses an item above the limit', () => {
    const parser = new ExportParser({ itemMaxBytes: 100 });
    expect(() => parser.push(Buffer.from(answer))).toThrow('larger than 100 bytes');
  });
});

function example(name: string): { body: unknown } | undefined {
  const url = new URL(
    `../../../../../../../shared/contracts/examples/${name}.json`,
    import.meta.url,
  );
  try {
    return JSON.parse(readFileSync(url, 'utf8'));
  } catch {
    return undefined;
  }
}

const published = example('mailbox.exportItems.archive-moved');

describe.skipIf(published === undefined)('ExportParser on the published example', () => {
  it('reads data and the error of an item', () => {
    const items = parse(JSON.stringify(published?.body), 11);
    expect(items.map(({ itemId }) => itemId)).toHaveLength(2);
    expect(items[1]).toMatchObject({ code: 'ErrorArchiveFolderMovedPermanently' });
  });
});
