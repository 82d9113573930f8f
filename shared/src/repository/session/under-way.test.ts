import { describe, expect, it } from 'vitest';
import { UnderWay } from './under-way.ts';

describe('work under way', () => {
  it('lets everybody wait until there is room', async () => {
    const underWay = new UnderWay(10);
    const events: string[] = [];
    const first = Promise.withResolvers<void>();
    underWay.add(8, first.promise);
    await underWay.room();
    underWay.add(8, new Promise(() => {}));
    const waiting = Promise.all([
      underWay.room().then(() => events.push('one goes on')),
      underWay.room().then(() => events.push('another goes on')),
    ]);
    events.push('first ends');
    first.resolve();
    await waiting;
    expect(events).toEqual(['first ends', 'one goes on', 'another goes on']);
  });
});
