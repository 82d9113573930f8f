import { utf8 } from '../../src/repository/bytes.ts';
import {
  type CheckOptions,
  checkRepository,
  type Finding,
} from '../../src/repository/check/check-repository.ts';
import {
  anItem,
  anObject,
  aRepository,
  openedPastDamage,
  owned,
  someBytes,
  type TestRepository,
} from './test-repository.ts';
import type { TestStore } from './test-store.ts';

/** Contents of items that both objects of aStoredBackup may hold. */
export const storedItems: Readonly<Record<string, Uint8Array>> = {
  small: utf8('a small mail'),
  medium: someBytes('medium', 200_000),
  large: someBytes('large', 1_000_000),
};

/** What an item of an object of aStoredBackup holds. */
export function contentOf(objectId: string, itemId: string): Uint8Array {
  return storedItems[itemId] ?? utf8(`${objectId} ${itemId.slice('new-in-'.length)}`);
}

/** A repository with two objects and so many points: s1, s2, … of the job `job`. */
export async function aStoredBackup(points = 2): Promise<TestRepository> {
  const stored = await aRepository('source');
  const repository = await owned(stored);
  for (let n = 1; n <= points; n += 1) {
    const sessionId = `s${n}`;
    const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
    for (const objectId of ['mailbox-1', 'mailbox-2']) {
      const writer = await session.object(anObject(objectId));
      const put = (itemId: string) => writer.putItem(anItem(itemId), contentOf(objectId, itemId));
      await put(`new-in-${sessionId}`);
      if (n === 1) {
        await put('small');
        await put('medium');
        if (objectId === 'mailbox-1') await put('large');
      }
      await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
    }
    await session.commit({ done: true });
  }
  return stored;
}

/** The same repository in a store of its own, in which something was damaged. */
export function aDamagedCopy(
  stored: TestRepository,
  damage: (store: TestStore) => void,
): TestRepository {
  const store = stored.store.fork();
  damage(store);
  return { ...stored, store, ports: { ...stored.ports, store } };
}

export interface Checking extends Partial<CheckOptions> {
  readonly onFinding?: () => void;
}

/** All findings of a check that reads data, unless the options say otherwise. */
export async function checked(
  stored: TestRepository,
  { onFinding, ...options }: Checking = {},
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  const repository = await openedPastDamage(stored);
  for await (const finding of checkRepository(repository, { readData: true, ...options })) {
    found.push(finding);
    onFinding?.();
  }
  return found;
}

export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x10;
  return copy;
}
