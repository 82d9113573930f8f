import type { BlobStore } from '@firn/shared/repository/ports';
import { describe, expect, it } from 'vitest';
import type { World } from './fakes/a-world.ts';
import { aWorldWithBackup } from './fakes/cold-world.ts';
import { Mortal } from './fakes/mortal.ts';

/** Names of data packs that were read, in order. */
type Reads = string[];

function noting(store: BlobStore, reads: Reads): BlobStore {
  return new Proxy(store, {
    get: (target, name) => {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const [blob] = args;
        const isRead = name === 'get' && typeof blob === 'string' && blob.startsWith('packs/');
        if (isRead) reads.push(blob);
        return (member as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}

/** Four backups, a data pack each, and no agent. */
async function aStoppedWorld(isDamaged: boolean) {
  const { world, hot, agent } = await aWorldWithBackup({ mails: 1 });
  for (const n of [2, 3, 4]) {
    world.tenant.putItem('mailbox:ben', `ben-${n}`, `mail ${n}`);
    await world.backup(`backup-${n}`, hot);
  }
  await agent.stop();
  const store = world.store(hot.repositoryId);
  if (isDamaged) {
    await damage(store, 'meta/', 0);
    await damage(store, 'packs/', 1);
  }
  const reads: Reads = [];
  world.stores.set(hot.repositoryId, noting(store, reads));
  return { world, hot, reads };
}

/** A bit of the first frame of the blob of this number. */
async function damage(store: BlobStore, prefix: string, number: number): Promise<void> {
  const names: string[] = [];
  for await (const { name } of store.list(prefix)) names.push(name);
  const name = names.sort()[number] ?? '';
  const bytes = Uint8Array.from((await store.get(name)).bytes);
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  await store.put(name, bytes);
}

function check({ world, hot }: Awaited<ReturnType<typeof aStoppedWorld>>) {
  const known = { logHead: 0n, logDigest: Buffer.alloc(0) };
  const value = { repository: hot, readData: true, percent: 0, seed: '', ...known };
  return world.controller.assign('check', { $case: 'check', value }, world.secrets);
}

/** Names are random: what was found by kind, and where it lies by the backup that wrote it. */
function foundIn(world: World): readonly string[] {
  return world.controller.of('check', 'finding').map(({ problem, blob, items }) => {
    return [problem?.code, blob.split('-').slice(0, 3).join('-'), ...items].join(' ');
  });
}

/** The last data pack that is behind the position in the journal. */
async function donePack({ journal }: World): Promise<string> {
  const note = await journal.note('check', 'position');
  if (note === undefined) return '';
  const { stage, name } = JSON.parse(Buffer.from(note).toString() || '{}');
  return stage === 'data' ? name : '';
}

async function undisturbed(isDamaged: boolean): Promise<readonly string[]> {
  const all = await aStoppedWorld(isDamaged);
  const agent = all.world.start();
  await check(all);
  await agent.stop();
  return foundIn(all.world);
}

/** @returns undefined once the check outlives so many calls; else packs that were not read again */
async function killed(dieAt: number, isDamaged: boolean, expected: readonly string[]) {
  const all = await aStoppedWorld(isDamaged);
  const { world, reads } = all;
  const mortal = new Mortal(dieAt);
  const first = world.start(mortal);
  let isEnded = false;
  const ended = check(all).then(() => {
    isEnded = true;
  });
  await world.controller.until(() => mortal.isDead || isEnded);
  if (!mortal.isDead) {
    await first.stop();
    return undefined;
  }
  const done = await donePack(world);
  const before = new Set(reads.splice(0).filter((pack) => pack <= done));
  const second = world.start();
  await ended;
  await second.stop();
  expect(reads.filter((pack) => pack <= done)).toEqual([]);
  expect(foundIn(world)).toEqual(expected);
  return before.size;
}

describe.each([false, true])(
  'a check that is killed in every second call (damage: %s)',
  (isDamaged) => {
    it('goes on behind its position, reads no pack twice, and tells all that it found', async () => {
      const expected = await undisturbed(isDamaged);
      expect(expected.length > 0).toBe(isDamaged);
      let kills = 0;
      const saved: number[] = [];
      for (let dieAt = 1; ; dieAt += 2) {
        const packs = await killed(dieAt, isDamaged, expected);
        if (packs === undefined) break;
        kills += 1;
        saved.push(packs);
      }
      expect(kills).toBeGreaterThan(20);
      expect(Math.max(...saved)).toBeGreaterThan(isDamaged ? 0 : 2);
    }, 300_000);
  },
);
