import { describe, expect, it } from 'vitest';
import { classesOfProvider, mustThaw, storageClasses, thawSpeedsOf } from './storage-class.ts';

describe('classes of storage', () => {
  it('must thaw when they are archives, and no others', () => {
    expect(storageClasses.filter(mustThaw)).toEqual(['archive', 'deep-archive']);
  });

  it('have the speeds that their provider documents', () => {
    expect(thawSpeedsOf('s3', 'archive')).toEqual(['expedited', 'standard', 'bulk']);
    expect(thawSpeedsOf('s3', 'deep-archive')).toEqual(['standard', 'bulk']);
    expect(thawSpeedsOf('azure-blob', 'archive')).toEqual(['expedited', 'standard']);
    expect(thawSpeedsOf('s3', 'cold')).toEqual([]);
  });

  it('are not all of them at every provider', () => {
    expect(classesOfProvider['azure-blob']).toEqual(['hot', 'cool', 'cold', 'archive']);
    expect(classesOfProvider.s3).toEqual(storageClasses);
  });
});
