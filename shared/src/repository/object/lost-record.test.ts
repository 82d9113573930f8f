import { describe, expect, it } from 'vitest';
import { lostRecord } from './lost-record.ts';

describe('a lost record', () => {
  it('takes names and owner from another state', () => {
    const known = { kind: 'onedrive', userId: 'u1', names: 'sealed', keyId: 'k1' } as const;
    expect(lostRecord('some-object', known)).toMatchObject({ objectId: 'some-object', ...known });
  });

  it('else knows its owner by the id of the object, so that it is erased with the user', () => {
    const unnamed = { names: '', keyId: '' };
    const ofAnn = { kind: 'onedrive', userId: 'ann', ...unnamed };
    expect(lostRecord('onedrive:ann', undefined)).toMatchObject(ofAnn);
    const ofNobody = { kind: 'mailbox', userId: '', ...unnamed };
    expect(lostRecord('archive-7', undefined)).toMatchObject(ofNobody);
  });
});
