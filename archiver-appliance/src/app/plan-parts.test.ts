import { describe, expect, it } from 'vitest';
import { PlanParts } from './plan-parts.ts';

const key = { sessionId: 's', attempt: 1, taskNumber: 1 };

function aPart(part: number, parts: number, text = `part ${part}`) {
  const plan = {
    ephemeralPublicKey: Buffer.alloc(0),
    nonce: Buffer.alloc(0),
    ciphertext: Buffer.from(text),
  };
  return { ...key, workerId: 'w', plan, last: false, part, parts };
}

function textsOf(whole: ReturnType<PlanParts['add']>): readonly string[] | undefined {
  return whole?.plan.map(({ ciphertext }) => `${ciphertext}`);
}

describe('parts of a plan', () => {
  it('are whole when the last of them has come, in whatever order', () => {
    const parts = new PlanParts();
    expect(parts.add(aPart(2, 3))).toBeUndefined();
    expect(parts.add(aPart(0, 3))).toBeUndefined();
    expect(textsOf(parts.add(aPart(1, 3)))).toEqual(['part 0', 'part 1', 'part 2']);
  });

  it('come again when a link was lost, and replace those before', () => {
    const parts = new PlanParts();
    parts.add(aPart(0, 2, 'old'));
    parts.add(aPart(0, 2, 'new'));
    expect(textsOf(parts.add(aPart(1, 2)))).toEqual(['new', 'part 1']);
  });

  it('may be one', () => {
    expect(textsOf(new PlanParts().add(aPart(0, 0)))).toEqual(['part 0']);
  });
});
