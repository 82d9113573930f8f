import { describe, expect, it } from 'vitest';
import {
  aWorldWithBackup,
  type ColdWorld,
  coldNames,
  copy,
  restore,
  retrieve,
  warmPacks,
} from './fakes/cold-world.ts';
import { Mortal } from './fakes/mortal.ts';

type End = Awaited<ReturnType<typeof copy>>;

interface Kill<World extends ColdWorld> {
  /** What happened before, in a process that lived. */
  readonly prepare: () => Promise<World>;
  readonly work: (world: World) => Promise<End>;
  /** What must hold once another process has ended the session. */
  readonly check: (world: World, end: End) => Promise<void>;
  /** How far the clock goes whenever all that could run has run. */
  readonly stepMs: number;
}

/**
 * Kills the process that does the work in its first call, then anew in its
 * second, and so on until it outlives the work; each time another process goes on.
 * @param applies the last call took effect
 * @returns how often it was killed
 */
async function killInEveryCall<World extends ColdWorld>(
  kill: Kill<World>,
  applies: boolean,
): Promise<number> {
  for (let dieAt = 1; ; dieAt += 1) {
    const all = await kill.prepare();
    const { controller, clock } = all.world;
    const timePasses = (until: () => boolean) =>
      controller.until(() => {
        clock.advance(kill.stepMs);
        return until();
      });
    const mortal = new Mortal(dieAt, applies);
    const first = all.world.start(mortal);
    let end: End | undefined;
    const ended = kill.work(all).then((value) => {
      end = value;
    });
    await timePasses(() => mortal.isDead || end !== undefined);
    if (!mortal.isDead) {
      await first.stop();
      return dieAt - 1;
    }
    const next = all.world.start();
    await timePasses(() => end !== undefined);
    await ended;
    if (end !== undefined) await kill.check(all, end);
    await next.stop();
  }
}

async function aStoppedWorld(options: Parameters<typeof aWorldWithBackup>[0] = {}) {
  const { agent, ...all } = await aWorldWithBackup({ mails: 1, ...options });
  return {
    ...all,
    stop: async () => {
      await agent.stop();
      return all;
    },
  };
}

const inCopy: Kill<ColdWorld> = {
  prepare: async () => (await aStoppedWorld()).stop(),
  stepMs: 0,
  work: copy,
  check: async (all, end) => {
    const { world } = all;
    expect(end).toMatchObject({ status: 'success', counts: { items: 2n } });
    expect(world.controller.of('copy-1', 'object')).toHaveLength(2);
    await retrieve(all);
    await restore(all);
    expect(world.tenant.imports.restored).toEqual(world.tenant.truth());
  },
};

interface NeedingWorld extends ColdWorld {
  /** The packs that the second copy refers to. */
  readonly needed: readonly string[];
}

/** The third copy adds a pack that the second does not need. */
async function aWorldWithThreeCopies(): Promise<NeedingWorld> {
  const all = await aStoppedWorld({ rehydrateMs: 1_500 });
  const { world, hot } = all;
  await copy(all);
  world.tenant.putItem('mailbox:ben', 'ben-8', 'in the second copy');
  await world.backup('backup-2', hot);
  await copy(all, 2);
  const needed = await coldNames(world, 'packs/');
  world.tenant.putItem('mailbox:ben', 'ben-9', 'only in the third copy');
  await world.backup('backup-3', hot);
  await copy(all, 3);
  return { ...(await all.stop()), needed };
}

const inRetrieval: Kill<NeedingWorld> = {
  prepare: aWorldWithThreeCopies,
  stepMs: 500,
  work: (all) => retrieve(all, 'copy-2'),
  check: async ({ world, needed }, end) => {
    expect(end.status).toBe('success');
    expect(needed).toHaveLength(2);
    const told = world.controller.of('retrieve-1', 'retrieval');
    expect(told.at(-1)).toMatchObject({ state: 'retrieved', packsTotal: 2, packsReady: 2 });
    const until = told.flatMap(({ availableUntil }) => availableUntil?.getTime() ?? []);
    expect(new Set(until).size).toBe(1);
    expect(await warmPacks(world)).toEqual(needed.map((name) => `warm/retrieval-1/${name}`));
  },
};

const inRestore: Kill<ColdWorld> = {
  prepare: async () => {
    const all = await aStoppedWorld();
    await copy(all);
    await retrieve(all);
    return all.stop();
  },
  stepMs: 0,
  work: restore,
  check: async ({ world }, end) => {
    const { imports } = world.tenant;
    expect(end).toMatchObject({ status: 'success', counts: { items: 2n, itemsFailed: 0n } });
    expect(imports.restored).toEqual(world.tenant.truth());
    expect(imports.made.toSorted()).toEqual([...imports.restored.keys()].toSorted());
    expect(world.controller.of('restore-1', 'object')).toHaveLength(2);
  },
};

/** A whole world is built for each call that is killed. */
const killingMsMax = 300_000;

describe.each([false, true])('an agent killed in any call (applied: %s)', (applies) => {
  it(
    'copies all',
    async () => {
      expect(await killInEveryCall(inCopy, applies)).toBeGreaterThan(20);
    },
    killingMsMax,
  );

  it(
    'retrieves exactly what is needed',
    async () => {
      expect(await killInEveryCall(inRetrieval, applies)).toBeGreaterThan(10);
    },
    killingMsMax,
  );

  it(
    'restores all, and nothing twice',
    async () => {
      expect(await killInEveryCall(inRestore, applies)).toBeGreaterThan(20);
    },
    killingMsMax,
  );
});
