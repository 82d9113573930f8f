import { expect, it } from 'vitest';
import { crashStates } from '../../../test/repository/crash-states.ts';
import { aStoredBackup } from '../../../test/repository/damaging.ts';
import { RecordingStore } from '../../../test/repository/recording-store.ts';
import {
  damageRuns,
  expectMended,
  onStore,
  repaired,
  type Shown,
  shownByAll,
} from '../../../test/repository/repairing.ts';
import type { TestRepository } from '../../../test/repository/test-repository.ts';

/** Without its indexes, and without the largest pack, which has a part of the largest item. */
async function broken(sound: TestRepository): Promise<TestRepository> {
  const store = await damageRuns(sound, 'index');
  const size = (pack: string) => store.bytes(pack).length;
  const [largest = ''] = store.names('packs/').sort((a, b) => size(b) - size(a));
  store.blobs.delete(largest);
  return onStore(sound, store);
}

/** @returns what is lost */
async function repairedAgain(
  stored: TestRepository,
  before: Readonly<Record<string, Shown>>,
): Promise<readonly string[]> {
  const told = await repaired(stored);
  // Nothing is told when the one that died had come so far.
  return [...(await expectMended(stored, before, told.length === 0 ? undefined : told))];
}

it('a repair that dies at any write ends sound when it is run again', async () => {
  const sound = await aStoredBackup(3);
  const before = await shownByAll(sound);
  const base = await broken(sound);
  const recording = onStore(base, base.store.forkInto(new RecordingStore()));
  const lost = await repairedAgain(recording, before);
  expect(lost).toContain('mailbox-1/large');
  const { mutations } = recording.store as RecordingStore;
  expect(mutations.filter(({ what }) => what.startsWith('put meta/'))).not.toEqual([]);
  for await (const { name, store, late } of crashStates(base.store, mutations)) {
    const stored = onStore(base, store);
    try {
      expect(await repairedAgain(stored, before)).toEqual(lost);
      for (const mutation of late) await mutation.apply(store);
      expect(await repairedAgain(stored, before)).toEqual(lost);
    } catch (error) {
      throw new Error(`after ${name}`, { cause: error });
    }
  }
}, 300_000);
