import { describe, expect, it } from 'vitest';
import { decodeColumns } from './columns.ts';

function item(properties: Record<string, string>) {
  const list = Object.entries(properties).map(([id, value]) => ({ id, value }));
  return { singleValueExtendedProperties: list };
}

describe('decodeColumns', () => {
  it('reads tags in any notation', () => {
    const columns = decodeColumns(
      item({
        'String 0x37': 'Quarter',
        'String 0xc1a': 'Ada',
        'String 0x0C1F': '/o=ExchangeLabs/cn=ada',
        'String 0x5d01': 'ada@example.com',
        'SystemTime 0xe06': '2026-11-01T09:00:00Z',
        'Integer 0xe07': '17',
        'Boolean 0xe1b': 'true',
        'String 0x1035': '<1@example.com>',
      }),
    );
    expect(columns).toEqual({
      subject: 'Quarter',
      fromName: 'Ada',
      fromAddress: 'ada@example.com',
      received: '2026-11-01T09:00:00.000Z',
      read: true,
      draft: false,
      hasAttachments: true,
      internetMessageId: '<1@example.com>',
    });
  });

  it('leaves out what an item does not have', () => {
    expect(decodeColumns(item({ 'String 0x0037': '' }))).toEqual({ subject: '' });
    expect(decodeColumns({})).toEqual({});
  });
});
