import { describe, expect, it } from 'vitest';
import { assertSpeed } from './retrieval-speed.ts';

describe('assertSpeed', () => {
  it('takes what the class has', () => {
    assertSpeed({ name: 'cold', provider: 's3', storageClass: 'deep-archive' }, 'bulk');
    assertSpeed({ name: 'cold', provider: 'azure-blob', storageClass: 'archive' }, 'expedited');
  });

  it('refuses what it has not, and says what it has', () => {
    const deep = { name: 'cold', provider: 's3', storageClass: 'deep-archive' } as const;
    expect(() => assertSpeed(deep, 'expedited')).toThrow(
      'class deep-archive of object storage "cold" (s3) has no speed expedited, but standard and bulk',
    );
    const azure = { name: 'cold', provider: 'azure-blob', storageClass: 'archive' } as const;
    expect(() => assertSpeed(azure, 'bulk')).toThrow('no speed bulk');
  });
});
