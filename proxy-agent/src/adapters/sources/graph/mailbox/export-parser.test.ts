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

  it.each([1, 2, 5, 9, 1000])('reads base64 of which any character is escaped, by %i', (size) => {
    const bytes = Buffer.from('fbefbe00112233ffffff', 'hex');
    const text = bytes.toString('base64').replaceAll('+', '\\u002B').replaceAll('/', '\\u002f');
    const data = text.replace('ABEi', '\\u0041BEi');
    expect(data).toContain('\\u002B');
    expect(data).toContain('\\u0041');
    expect(parse(`{"value":[{"itemId":"a","data":"${data}"}]}`, size)).toEqual([
      { itemId: 'a', data: bytes },
    ]);
  });

  it.each([
    ['a character of another alphabet', 'AAAA-AAA'],
    ['something behind the padding', 'AA==AAAA'],
    ['a broken escape', 'AAAA\\u00zz'],
    ['white space', 'AAAA AAA'],
    ['a group that is cut off', 'AAAAA'],
    ['half of its padding', 'AAAAAA='],
  ])('refuses data with %s instead of giving other bytes', (_, data) => {
    for (const size of [1, 4, 1000]) {
      const text = `{"value":[{"itemId":"a","data":"${data}"},{"itemId":"b","data":"AAAA"}]}`;
      expect(parse(text, size)).toEqual([
        { itemId: 'a', code: 'data is no base64', message: '' },
        { itemId: 'b', data: Buffer.alloc(3) },
      ]);
    }
  });

  it('gives bytes that later items do not overwrite', () => {
    const value = [1, 2, 3].map((n) => ({
      itemId: `${n}`,
      data: Buffer.alloc(n === 2 ? 3 * 1024 * 1024 : 5000, n).toString('base64'),
    }));
    const items = new ExportParser({ itemMaxBytes: 8 * 1024 * 1024 });
    const read = items.push(Buffer.from(JSON.stringify({ value })));
    for (const item of read) {
      const data = 'data' in item ? item.data : Buffer.alloc(0);
      expect(data.every((byte) => byte === Number(item.itemId))).toBe(true);
    }
    expect(read).toHaveLength(3);
  });

  it('passes over long text that is of no entry', () => {
    const text = JSON.stringify({ '@odata.context': 'x'.repeat(300_000), value: [] });
    expect(parse(text, 1_000_000)).toEqual([]);
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
