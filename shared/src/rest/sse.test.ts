import { describe, expect, it } from 'vitest';
import { parseServerSentEvents } from './sse.ts';

async function parse(...chunks: string[]) {
  async function* stream() {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  return Array.fromAsync(parseServerSentEvents(stream()));
}

describe('parseServerSentEvents', () => {
  it('reads events cut at any byte, also inside a character', async () => {
    const bytes = Buffer.from('id: 7\nevent: log\ndata: {"m":"Zürich"}\n\n');
    const cut = bytes.indexOf(0xc3) + 1;
    async function* stream() {
      yield bytes.subarray(0, cut);
      yield bytes.subarray(cut);
    }
    expect(await Array.fromAsync(parseServerSentEvents(stream()))).toEqual([
      { id: '7', event: 'log', data: '{"m":"Zürich"}' },
    ]);
  });

  it('leaves out comments and joins data lines', async () => {
    expect(await parse(': ping\n\ndata: a\r\nda', 'ta: b\r\n\r\n')).toEqual([
      { id: undefined, event: 'message', data: 'a\nb' },
    ]);
  });

  it('does not give an event that was cut off', async () => {
    expect(await parse('data: a')).toEqual([]);
  });
});
