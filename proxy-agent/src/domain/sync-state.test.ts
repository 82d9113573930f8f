import { describe, expect, it } from 'vitest';
import { decodeSyncState, encodeSyncState, isFresh } from './sync-state.ts';

describe('sync state', () => {
  it('gives back the token and when it was taken', () => {
    const state = { takenAtMs: 1_800_000_000_123, token: Uint8Array.of(1, 2, 3) };
    const padded = new Uint8Array(40);
    padded.set(encodeSyncState(state), 7);
    const decoded = decodeSyncState(padded.subarray(7, 19));
    expect(decoded?.takenAtMs).toBe(state.takenAtMs);
    expect([...(decoded?.token ?? [])]).toEqual([1, 2, 3]);
  });

  it('does not guess at states of other versions', () => {
    expect(decodeSyncState(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0, 9))).toBeUndefined();
    expect(decodeSyncState(new Uint8Array(3))).toBeUndefined();
  });

  it('is fresh for less than a day', () => {
    const state = { takenAtMs: 1000, token: new Uint8Array() };
    expect(isFresh(state, 1000 + 86_399_999)).toBe(true);
    expect(isFresh(state, 1000 + 86_400_000)).toBe(false);
  });
});
