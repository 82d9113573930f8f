import { describe, expect, it } from 'vitest';
import { decodePrices } from './decode-prices.ts';

function aFile(classes: unknown = { hot: { storage: 0.02 } }, more: object = {}) {
  const told = { provider: 's3', region: 'r', date: '2026-01-01', source: 'a page' };
  return { format: 1, tables: [{ ...told, currency: 'EUR', classes, ...more }] };
}

describe('a file of prices', () => {
  it('takes what is not there for nothing', () => {
    const [table] = decodePrices(aFile());
    expect(table).toMatchObject({ currency: 'EUR', region: 'r' });
    expect(table?.classes['hot']).toEqual({
      ...{ storage: 0.02, write: 0, part: 0, read: 0, readGb: 0 },
      ...{ minimumDays: 0, minimumBytes: 0, ownBytes: 0, hotBytes: 0, thaw: {} },
    });
  });

  it.each([
    ['no object', [], 'the file is no object'],
    ['another format', { ...aFile(), format: 2 }, '"format" is not 1'],
    ['no tables', { format: 1 }, '"tables" is no list'],
    ['no source', aFile(undefined, { source: '' }), 'tables[0].source is no text'],
    ['no hot class', aFile({ archive: {} }), 'tables[0].classes has no "hot"'],
    [
      'a negative price',
      aFile({ hot: { storage: -1 } }),
      'tables[0].classes.hot.storage is no number of at least 0',
    ],
    [
      'a misspelt price',
      aFile({ hot: { store: 1 } }),
      'tables[0].classes.hot has "store", which is no price',
    ],
    [
      'hours in the wrong order',
      aFile({ hot: { thaw: { bulk: { hours: [5, 3] } } } }),
      'tables[0].classes.hot.thaw.bulk.hours are not two numbers in order',
    ],
  ])('is refused with %s, and says where', (_, file, message) => {
    expect(() => decodePrices(file)).toThrow(message);
  });
});
