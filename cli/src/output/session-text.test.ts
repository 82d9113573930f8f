import type { Session } from '@firn/shared/rest/schemas/session';
import { describe, expect, it } from 'vitest';
import { describeSession } from './session-text.ts';

function aSession(kind: Session['kind']): Session {
  const moved = { items: 0, bytes: 0, storedBytes: 0, itemsRemoved: 0, itemsFailed: 0 };
  return {
    ...{ id: 's1', kind, state: 'success', attempt: 1, proxyId: 'p1', repositoryId: 'r1' },
    createdAt: '2026-01-02T03:04:05.000Z',
    startedAt: '2026-01-02T03:04:05.000Z',
    endedAt: '2026-01-02T03:04:06.500Z',
    counts: { ...moved, puts: 0, packs: 0, requests: 0, batchedRequests: 0 },
    objects: { total: 0, success: 0, warning: 0, failed: 0, unchanged: 0 },
  };
}

describe('describeSession', () => {
  it('tells the items of a backup, also when there were none', () => {
    expect(describeSession(aSession('backup'))).toContain('items: 0 (0 B)');
  });

  it('says where the names of what failed are', () => {
    const restore = aSession('restore');
    const failed = { ...restore, objects: { ...restore.objects, total: 1, failed: 1 } };
    expect(describeSession(failed)).toContain('firn session objects s1 names what failed');
    expect(describeSession(restore)).not.toContain('session objects');
  });

  it('is one line for work that moves no items', () => {
    expect(describeSession(aSession('check'))).toBe('session s1 (check): success in 1.5 s');
  });
});
