import { describe, expect, it } from 'vitest';
import {
  chooseObjects,
  type SealingNeed,
  type TailedObject,
  tailAgeMsMax,
} from './choose-objects.ts';

const nowMs = 100 * 86_400_000;
const need: SealingNeed = { packBytes: 1_000, liveBytes: 100_000, nowMs, all: false };

function tails(...bytes: readonly number[]): TailedObject[] {
  return bytes.map((each, at) => ({ objectId: `o${at}`, bytes: each, sinceMs: nowMs }));
}

function chosen(objects: readonly TailedObject[], changes: Partial<SealingNeed> = {}) {
  return chooseObjects(objects, { ...need, ...changes }).map(({ objectId }) => objectId);
}

describe('what leaves the tails', () => {
  it('is nothing while it is little and new', () => {
    expect(chosen(tails(900, 500, 400))).toEqual([]);
  });

  it('is what fills a pack by itself', () => {
    expect(chosen(tails(10, 1_000, 20))).toEqual(['o1']);
  });

  it('is what is 30 days old', () => {
    const [young, old] = tails(500, 10);
    const aged = { ...old, sinceMs: nowMs - tailAgeMsMax } as TailedObject;
    expect(chosen([young as TailedObject, aged])).toEqual(['o1']);
  });

  it('is the largest when tails are more than 2 percent, until they are 1', () => {
    expect(chosen(tails(700, 100, 599, 601), { liveBytes: 100_000 })).toEqual([]);
    expect(chosen(tails(700, 100, 599, 601), { liveBytes: 99_000 })).toEqual(['o0', 'o3']);
  });

  it('is everything when that is asked for', () => {
    expect(chosen(tails(1, 3, 2), { all: true })).toEqual(['o1', 'o2', 'o0']);
  });
});
