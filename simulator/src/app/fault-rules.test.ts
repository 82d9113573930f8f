import { describe, expect, it } from 'vitest';
import { FaultRules } from './fault-rules.ts';

const request = { method: 'GET', pattern: '/users/{user}', path: '/v1.0/users/1' };

function hitsOf(rules: FaultRules, count: number): boolean[] {
  return Array.from({ length: count }, () => rules.take(request).length > 0);
}

describe('FaultRules', () => {
  it('skips, then hits so often', () => {
    const rules = new FaultRules();
    rules.add({ id: 'a', route: '/users/*', skip: 1, count: 2, action: { status: 500 } });
    expect(hitsOf(rules, 5)).toEqual([false, true, true, false, false]);
  });

  it('spreads a rate evenly', () => {
    const rules = new FaultRules();
    rules.add({ id: 'a', route: '*', rate: 0.25, action: { status: 500 } });
    expect(hitsOf(rules, 8)).toEqual([false, false, false, true, false, false, false, true]);
  });

  it('looks at the method, and matches pattern or path', () => {
    const rules = new FaultRules();
    rules.add({ id: 'a', method: 'POST', route: '*', action: { status: 500 } });
    rules.add({ id: 'b', route: '/V1.0/users/1', action: { status: 501 } });
    expect(rules.take(request)).toEqual([{ status: 501 }]);
    rules.clear('b');
    expect(rules.take(request)).toEqual([]);
  });
});
