import { describe, expect, it } from 'vitest';
import { PrefixThrottle } from './prefix-throttle.ts';

function admitted(throttle: PrefixThrottle, method: string, key: string, nowMs: number): boolean {
  try {
    throttle.admit(method, { bucketName: 'bucket', key }, nowMs);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'SlowDown', status: 503 });
    return false;
  }
}

describe('the throttle', () => {
  it("lets a second's worth through at once, and then what the rate gives back", () => {
    const throttle = new PrefixThrottle();
    throttle.plan = { writesPerSecond: 2, readsPerSecond: undefined };
    const put = (nowMs: number) => admitted(throttle, 'PUT', 'one/a', nowMs);
    expect([put(0), put(0), put(0)]).toEqual([true, true, false]);
    expect([put(499), put(500), put(500)]).toEqual([false, true, false]);
    expect([put(9000), put(9000), put(9000)]).toEqual([true, true, false]);
  });

  it('keeps prefixes, reads and writes apart', () => {
    const throttle = new PrefixThrottle();
    throttle.plan = { writesPerSecond: 1, readsPerSecond: 1 };
    expect(admitted(throttle, 'PUT', 'one/a', 0)).toBe(true);
    expect(admitted(throttle, 'DELETE', 'one/b', 0)).toBe(false);
    expect(admitted(throttle, 'GET', 'one/a', 0)).toBe(true);
    expect(admitted(throttle, 'HEAD', 'one/a', 0)).toBe(false);
    expect(admitted(throttle, 'PUT', 'two/a', 0)).toBe(true);
  });
});
