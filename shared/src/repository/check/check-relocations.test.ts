import { beforeAll, describe, expect, it } from 'vitest';
import {
  aDamagedCopy,
  aStoredBackup,
  checked,
  flipped,
} from '../../../test/repository/damaging.ts';
import { opened, owned, type TestRepository } from '../../../test/repository/test-repository.ts';
import { standardLimits } from '../consolidation/choose-packs.ts';
import { maintainRepository } from '../maintenance/maintain-repository.ts';

let stored: TestRepository;

beforeAll(async () => {
  stored = await aStoredBackup();
  const { context } = await owned(stored);
  const { consolidated } = await maintainRepository(context, {
    sessionId: 'maintaining',
    limits: { ...standardLimits, smallPacksMin: 2 },
    policyOf: () => ({ policy: { type: 'snapshot' }, isAbandoned: false }),
  });
  expect(consolidated.segments).toBeGreaterThan(0);
});

/** Where the log says that the record of the table lies. */
async function relocationRecord() {
  const { log } = await opened(stored);
  const [pack = '', offset, length] = log.state.relocation?.root.split(':') ?? [];
  return { pack, offset: Number(offset), length: Number(length) };
}

describe('check of a repository in which segments were moved', () => {
  it('finds nothing where nothing is wrong, and reads data where it lies now', async () => {
    stored.store.reads.length = 0;
    expect(await checked(stored)).toEqual([]);
    const read = stored.store.reads.filter((name) => name.startsWith('packs/'));
    expect(read).not.toEqual([]);
    expect(read.every((name) => name.includes('-maintaining-'))).toBe(true);
  });

  it('finds the meta pack missing that says where they lie', async () => {
    const { pack } = await relocationRecord();
    const broken = aDamagedCopy(stored, (store) => store.blobs.delete(pack));
    expect(await checked(broken, { readData: false })).toContainEqual(
      expect.objectContaining({ severity: 'error', code: 'E_INDEX_DAMAGED', blob: 'meta/' }),
    );
  });

  it('finds a changed byte in the record that names the table', async () => {
    const { pack, offset, length } = await relocationRecord();
    for (const at of [offset, offset + length - 1]) {
      const broken = aDamagedCopy(stored, (store) =>
        store.set(pack, flipped(store.bytes(pack), at)),
      );
      const found = await checked(broken, { readData: false });
      expect(found.some(({ severity }) => severity === 'error')).toBe(true);
    }
  });

  it('finds a pack missing that they were moved into', async () => {
    const [moved = ''] = stored.store.names('packs/').filter((n) => n.includes('-maintaining-'));
    const broken = aDamagedCopy(stored, (store) => store.blobs.delete(moved));
    expect(await checked(broken, { readData: false })).toContainEqual(
      expect.objectContaining({ severity: 'error', code: 'E_PACK_MISSING', blob: moved }),
    );
  });
});
