import { describe, expect, it } from 'vitest';
import { mayBeReused, reasonToCool, serves } from './warm-appliance.ts';
import type { Appliance } from './worker.ts';

const warm: Appliance = {
  workerId: 'w',
  sessionId: 'former',
  attempt: 1,
  state: 'warm',
  handle: 'i-1',
  overdue: false,
  templateId: 'template',
  organizationId: 'contoso',
  keepWarmMinutes: 20,
  warmLeftMs: 60_000,
  settings: { launcher: 'process' },
  choice: '',
  sealedRequest: new Uint8Array(),
  sentAgoMs: 3_600_000,
  startedAgoMs: 3_600_000,
  saidHello: true,
  refused: false,
  isEnding: false,
};
const wish = { templateId: 'template', organizationId: 'contoso' };

describe('a warm appliance', () => {
  it('is for work of its template and its organization', () => {
    expect(mayBeReused(warm, wish)).toBe(true);
  });

  it.each<[string, Partial<Appliance>]>([
    ['another template', { templateId: 'other' }],
    ['the standard place', { templateId: null }],
    ['another organization', { organizationId: 'fabrikam' }],
    ['nobody that is known', { organizationId: null }],
    ['a session that it still has', { state: 'working' }],
    ['its end', { isEnding: true }],
    ['its deadline', { overdue: true }],
    ['a time that is almost over', { warmLeftMs: 5_000 }],
  ])('is not given away when it is for %s', (_, changes) => {
    expect(mayBeReused({ ...warm, ...changes }, wish)).toBe(false);
  });

  it('is never for work without a template or an organization', () => {
    const unknown = { templateId: null, organizationId: null };
    expect(mayBeReused({ ...warm, ...unknown }, unknown)).toBe(false);
  });

  it('serves nobody, and least of all the session that it had', () => {
    expect(serves(warm, 'former')).toBe(false);
    expect(serves({ ...warm, state: 'working' }, 'former')).toBe(true);
  });

  it('cools when its time is over or its template is gone', () => {
    expect(reasonToCool(warm)).toBeUndefined();
    expect(reasonToCool({ ...warm, warmLeftMs: 0 })).toContain('as long as it may');
    expect(reasonToCool({ ...warm, keepWarmMinutes: 0 })).toContain('template');
  });
});
