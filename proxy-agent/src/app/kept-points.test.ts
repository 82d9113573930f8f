import { describe, expect, it } from 'vitest';
import { keptPoints } from './kept-points.ts';

describe('what is told of the restore points that are kept', () => {
  it('is one part for all ids when there are few, or none', () => {
    expect([...keptPoints(['b', 'a', 'b'])]).toEqual([
      { after: '', upTo: '', restorePointIds: ['a', 'b'] },
    ]);
    expect([...keptPoints([])]).toEqual([{ after: '', upTo: '', restorePointIds: [] }]);
  });

  it('is parts of which each stands for the ids behind the one before', () => {
    expect([...keptPoints(['e', 'd', 'c', 'b', 'a'], 2)]).toEqual([
      { after: '', upTo: 'b', restorePointIds: ['a', 'b'] },
      { after: 'b', upTo: 'd', restorePointIds: ['c', 'd'] },
      { after: 'd', upTo: '', restorePointIds: ['e'] },
    ]);
  });

  it('ends with a full part where it just fits', () => {
    const parts = [...keptPoints(['a', 'b', 'c', 'd'], 2)];
    expect(parts.map(({ upTo }) => upTo)).toEqual(['b', '']);
  });
});
