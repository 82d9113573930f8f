import { describe, expect, it } from 'vitest';
import { copyPoint } from '../../../test/repository/copying.ts';
import {
  anItem,
  anObject,
  aRepository,
  collected,
  opened,
  owned,
  someBytes,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { isAppError } from '../../errors/app-error.ts';
import { utf8 } from '../bytes.ts';
import { checkRepository } from './check-repository.ts';
import type { Finding } from './finding.ts';

const items = {
  small: utf8('a small mail'),
  medium: someBytes('medium', 200_000),
  large: someBytes('large', 1_300_000),
};

async function aBackup(): Promise<TestRepository> {
  const stored = await aRepository('source');
  const repository = await owned(stored);
  for (const sessionId of ['s1', 's2']) {
    const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
    for (const objectId of ['mailbox-1', 'mailbox-2']) {
      const writer = await session.object(anObject(objectId));
      await writer.putItem(anItem(`new-in-${sessionId}`), utf8(`${objectId} ${sessionId}`));
      if (sessionId === 's1') {
        await writer.putItem(anItem('small'), items.small);
        await writer.putItem(anItem('medium'), items.medium);
      }
      if (objectId === 'mailbox-1') await writer.putItem(anItem('large'), items.large);
      await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
    }
    await session.commit({ done: true });
  }
  return stored;
}

function damagedCopy(
  stored: TestRepository,
  damage: (store: TestRepository['store']) => void,
): TestRepository {
  const store = stored.store.fork();
  damage(store);
  return { ...stored, store, ports: { ...stored.ports, store } };
}

/** All findings; opening may fail already, naming what is damaged. */
async function findings(stored: TestRepository): Promise<readonly Finding[]> {
  try {
    const found: Finding[] = [];
    for await (const finding of checkRepository(await opened(stored), { readData: true })) {
      found.push(finding);
    }
    return found;
  } catch (error) {
    if (!isAppError(error)) throw error;
    const blob = String(error.context['name'] ?? error.message);
    const { code, message } = error;
    return [{ severity: 'error', blob, objectId: undefined, items: [], code, message }];
  }
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x10;
  return copy;
}

/** Everything that any point gives back is right, or refused as damaged. */
async function expectNoWrongBytes(stored: TestRepository): Promise<void> {
  try {
    const repository = await opened(stored);
    for (const { jobId, pointId } of repository.restorePoints()) {
      const point = await repository.openPoint({ jobId, pointId });
      for (const objectId of point.objectIds) {
        const reader = await point.object(objectId);
        for await (const { item, failure, content } of reader.readInPackOrder()) {
          if (failure !== undefined) continue;
          const expected = Object.entries(items).find(([id]) => id === item.itemId)?.[1];
          const right = expected ?? utf8(`${objectId} ${item.itemId.slice('new-in-'.length)}`);
          expect(Buffer.compare(await collected(content()), right)).toBe(0);
        }
      }
    }
  } catch (error) {
    expect(
      isAppError(error, 'E_REPOSITORY_DAMAGED') || isAppError(error, 'E_REPOSITORY_NOT_FOUND'),
    ).toBe(true);
  }
}

describe('check', () => {
  it('finds nothing in a sound repository', async () => {
    expect(await findings(await aBackup())).toEqual([]);
  });

  it('finds a flipped bit anywhere in each blob, and names the blob', async () => {
    const stored = await aBackup();
    for (const name of stored.store.names()) {
      const bytes = stored.store.bytes(name);
      for (const part of [0, 0.01, 0.3, 0.6, 0.95, 1]) {
        const at = Math.min(bytes.length - 1, Math.floor(part * bytes.length));
        const broken = damagedCopy(stored, (store) => store.set(name, flipped(bytes, at)));
        const found = await findings(broken);
        expect(
          found.some(({ severity }) => severity !== 'note'),
          `${name} at ${at}`,
        ).toBe(true);
        if (!name.startsWith('header/')) {
          expect(JSON.stringify(found), `${name} at ${at}`).toContain(name);
        }
        await expectNoWrongBytes(broken);
      }
    }
  });

  it('finds each blob that is cut or gone', async () => {
    const stored = await aBackup();
    const log = stored.store.names('log/');
    for (const name of stored.store.names()) {
      const bytes = stored.store.bytes(name);
      const cut = damagedCopy(stored, (store) => store.set(name, bytes.subarray(0, -3)));
      expect((await findings(cut)).length, `${name} cut`).toBeGreaterThan(0);
      await expectNoWrongBytes(cut);
      // That the newest entries are gone is seen by whoever kept the head: the controller.
      if (name === log.at(-1)) continue;
      const gone = damagedCopy(stored, (store) => store.blobs.delete(name));
      expect((await findings(gone)).length, `${name} gone`).toBeGreaterThan(0);
      await expectNoWrongBytes(gone);
    }
  });

  it('names the object and the items that a damaged frame affects, and no others', async () => {
    const stored = await aBackup();
    const pack = stored.store
      .names('packs/')
      .find((name) => stored.store.bytes(name).length > 1_300_000);
    const bytes = stored.store.bytes(pack ?? '');
    const broken = damagedCopy(stored, (store) => {
      store.set(pack ?? '', flipped(bytes, bytes.length - 400_000));
    });
    const found = await findings(broken);
    expect(found).toMatchObject([
      { severity: 'error', blob: pack, objectId: 'mailbox-1', items: ['large'] },
    ]);
  });

  it('says of cold packs that only their presence was checked, and finds a missing or cut one', async () => {
    const from = await aBackup();
    const to = await aRepository('target');
    await copyPoint({ from, to, pointId: 's2' });
    expect(await findings(to)).toMatchObject([{ severity: 'note', code: 'E_BLOB_ARCHIVED' }]);
    const [pack = ''] = to.store.names('packs/');
    const bytes = to.store.bytes(pack);
    const cut = damagedCopy(to, (store) => store.set(pack, bytes.subarray(0, -1), 'archive'));
    const gone = damagedCopy(to, (store) => store.blobs.delete(pack));
    for (const broken of [cut, gone]) {
      const found = await findings(broken);
      const errors = found.filter(({ severity }) => severity === 'error');
      expect(errors.map(({ blob }) => blob)).toContain(pack);
      expect(errors.every((error) => error.items.length > 0)).toBe(true);
    }
  });

  it('reads the packs of a copy in a hot class in full', async () => {
    const from = await aBackup();
    const to = await aRepository('target');
    await copyPoint({ from, to, pointId: 's2', storageClass: 'hot' });
    expect(await findings(to)).toEqual([]);
    for (const name of to.store.names('packs/')) {
      const bytes = to.store.bytes(name);
      const broken = damagedCopy(to, (store) => store.set(name, flipped(bytes, bytes.length >> 1)));
      expect((await findings(broken)).length).toBeGreaterThan(0);
    }
  });
});
