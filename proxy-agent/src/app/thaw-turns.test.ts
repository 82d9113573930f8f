import type { BlobThawing, ThawRequest } from '@firn/shared/repository/ports';
import { describe, expect, it } from 'vitest';
import { ThawTurns } from './thaw-turns.ts';

const request: ThawRequest = { retrievalId: 'one', speed: 'standard', readableMs: 0 };

/** Fails the second; each begin lasts until it is let go. */
function aThawing() {
  const begun: { readonly name: string; readonly letGo: () => void }[] = [];
  const thawing: BlobThawing = {
    begin: async (name) => {
      const gate = Promise.withResolvers<void>();
      const isSecond = begun.push({ name, letGo: gate.resolve }) === 2;
      await gate.promise;
      if (isSecond) throw new Error('unreachable');
      return { state: 'thawing' };
    },
    states: async function* () {},
    end: async () => 0,
  };
  return { begun, thawing };
}

describe('ThawTurns', () => {
  it('begins thaws of one pack one after the other, also behind one that failed', async () => {
    const turns = new ThawTurns();
    const { begun, thawing } = aThawing();
    const first = turns.of('cold', thawing).begin('packs/a', request);
    const second = turns.of('cold', thawing).begin('packs/a', request);
    const third = turns.of('cold', thawing).begin('packs/a', request);
    await Promise.resolve();
    expect(begun).toHaveLength(1);
    begun[0]?.letGo();
    await first;
    await Promise.resolve();
    expect(begun).toHaveLength(2);
    begun[1]?.letGo();
    await expect(second).rejects.toThrow('unreachable');
    begun[2]?.letGo();
    expect(await third).toEqual({ state: 'thawing' });
  });

  it('lets packs of other names and other storages begin at once', async () => {
    const turns = new ThawTurns();
    const { begun, thawing } = aThawing();
    const all = [
      turns.of('cold', thawing).begin('packs/a', request),
      turns.of('cold', thawing).begin('packs/b', request).catch(String),
      turns.of('other', thawing).begin('packs/a', request),
    ];
    await Promise.resolve();
    expect(begun.map(({ name }) => name)).toEqual(['packs/a', 'packs/b', 'packs/a']);
    for (const { letGo } of begun) letGo();
    await Promise.all(all);
  });
});
