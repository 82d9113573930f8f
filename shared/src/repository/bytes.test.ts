import { describe, expect, it } from 'vitest';
import { utf8 } from './bytes.ts';

describe('utf8', () => {
  it('gives bytes that nobody else has', () => {
    const first = utf8('häuser');
    utf8('something else');
    expect(Buffer.from(first).toString()).toBe('häuser');
    expect(first.length).toBe(7);
  });
});
