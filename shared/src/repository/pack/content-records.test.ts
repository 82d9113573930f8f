import { describe, expect, it } from 'vitest';
import { concatBytes } from '../bytes.ts';
import { ContentRecords } from './content-records.ts';
import { decodeFooter, encodeContentRecord, encodeFooter } from './pack-layout.ts';

function aContent(n: number) {
  const contentId = n.toString(16).padStart(64, '0');
  return { contentId, segment: n % 7, frame: n % 1_000, offset: n * 3, length: n };
}

describe('content records of a footer', () => {
  it.each([0, 1, 1_366, 1_367, 5_000])('are %i as if each had been encoded alone', (count) => {
    const contents = Array.from({ length: count }, (_, n) => aContent(n));
    const records = new ContentRecords();
    for (const content of contents) records.add(content);
    const alone = concatBytes(contents.map(encodeContentRecord));
    expect(Buffer.compare(concatBytes(records.parts()), alone)).toBe(0);
    const footer = encodeFooter({ pack: 'packs/1', segments: [] }, records.parts());
    expect(decodeFooter(footer).contents).toEqual(contents);
  });
});
