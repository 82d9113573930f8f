import { AppError } from '@firn/shared/errors/app-error';
import type { BlobStore } from '@firn/shared/repository/ports';
import { describe, expect, it } from 'vitest';
import { World } from './fakes/a-world.ts';
import { Mortal } from './fakes/mortal.ts';

async function aWorldWithMail() {
  const world = new World();
  for (const name of ['anna', 'ben', 'carla']) {
    const { id } = world.tenant.addObject(name);
    for (let n = 1; n <= 3; n += 1)
      world.tenant.putItem(id, `${name}-${n}`, `mail ${n} of ${name}`);
  }
  const repository = await world.repository('repository-1');
  return { world, repository };
}

/** A storage that is denied as soon as the log has so many entries. */
function refusingLogFrom(store: BlobStore, entries: number): BlobStore {
  return new Proxy(store, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const isRefused =
          name === 'put' && Number(/^log\/(\d+)/.exec(String(args[0]))?.[1]) >= entries;
        if (isRefused) throw new AppError('E_STORAGE_DENIED', 'denied');
        return Reflect.apply(member, target, args) as unknown;
      };
    },
  });
}

describe('backup session', () => {
  it('stores every item, tells every object, and ends with success', async () => {
    const { world, repository } = await aWorldWithMail();
    const agent = world.start();
    await world.initialize(repository);
    const end = await world.backup('session-1', repository);
    expect(end).toMatchObject({ status: 'success', counts: { items: 9n, itemsFailed: 0n } });
    expect(await world.stored(repository, 'session-1')).toEqual(world.tenant.truth());
    expect(world.controller.of('session-1', 'object').map((each) => each.status)).toEqual(
      Array(3).fill('success'),
    );
    expect(world.controller.of('session-1', 'restorePoint').at(-1)).toMatchObject({
      done: true,
      objects: 3,
      partial: false,
    });
    await agent.stop();
  });

  it('reads only what changed the next time, and nothing of what did not', async () => {
    const { world, repository } = await aWorldWithMail();
    const agent = world.start();
    await world.initialize(repository);
    await world.backup('session-1', repository);
    world.tenant.reads.length = 0;
    world.tenant.putItem('mailbox:ben', 'ben-2', 'changed');
    world.tenant.putItem('mailbox:ben', 'ben-4', 'new');
    world.tenant.removeItem('mailbox:ben', 'ben-1');
    const end = await world.backup('session-2', repository);
    expect(world.tenant.reads.toSorted()).toEqual(['ben-2', 'ben-4']);
    expect(end.counts).toMatchObject({ items: 2n, itemsRemoved: 1n });
    expect(await world.stored(repository, 'session-2')).toEqual(world.tenant.truth());
    const statuses = world.controller
      .of('session-2', 'object')
      .map((each) => [each.user, each.status]);
    expect(Object.fromEntries(statuses)).toEqual({
      'anna@example.com': 'unchanged',
      'ben@example.com': 'success',
      'carla@example.com': 'unchanged',
    });
    await agent.stop();
  });

  it('reads an object anew whose key is lost', async () => {
    const { world, repository } = await aWorldWithMail();
    const first = world.start();
    await world.initialize(repository);
    await world.backup('session-1', repository);
    await first.stop();
    const store = world.store(repository.repositoryId);
    for await (const { name } of store.list('keys/')) await store.delete(name);
    const agent = world.start();
    expect(await world.backup('session-2', repository)).toMatchObject({ status: 'success' });
    expect(await world.stored(repository, 'session-2')).toEqual(world.tenant.truth());
    await agent.stop();
  });

  it('names an item that cannot be read, stores the rest, and tries it again', async () => {
    const { world, repository } = await aWorldWithMail();
    const agent = world.start();
    await world.initialize(repository);
    world.tenant.addFolder('mailbox:anna', { folderId: 'deep', parentId: 'inbox', name: 'Deep' });
    world.tenant.putItem('mailbox:anna', 'anna-2', 'mail 2', { folderId: 'deep' });
    world.tenant.unreadable.add('anna-2');
    const first = await world.backup('session-1', repository);
    expect(first).toMatchObject({ status: 'warning', counts: { items: 8n, itemsFailed: 1n } });
    const anna = world.controller.of('session-1', 'object').find((each) => each.name === 'anna');
    expect(anna?.failedItems).toMatchObject([{ itemId: 'anna-2', folder: 'Inbox/Deep' }]);
    world.tenant.unreadable.clear();
    const second = await world.backup('session-2', repository);
    expect(second.status).toBe('success');
    expect(await world.stored(repository, 'session-2')).toEqual(world.tenant.truth());
    await agent.stop();
  });

  it('goes on with the other objects when one fails', async () => {
    const { world, repository } = await aWorldWithMail();
    const agent = world.start();
    await world.initialize(repository);
    world.tenant.unreachable.add('mailbox:ben');
    const end = await world.backup('session-1', repository);
    expect(end.status).toBe('warning');
    const ben = world.controller.of('session-1', 'object').find((each) => each.name === 'ben');
    expect(ben).toMatchObject({ status: 'failed', problem: { code: 'E_INTERNAL' } });
    expect([...(await world.stored(repository, 'session-1')).keys()]).toHaveLength(6);
    await agent.stop();
  });

  it('sends what was not acknowledged again on the next link, once each', async () => {
    const { world, repository } = await aWorldWithMail();
    world.controller.acknowledges = false;
    const agent = world.start();
    await world.initialize(repository);
    await world.backup('session-1', repository);
    const told = world.controller.events.length;
    world.controller.acknowledges = true;
    await agent.stop();
    const next = world.start();
    await world.backup('session-2', repository);
    const again = world.controller.events.filter((each) => each.sessionId !== 'session-2');
    expect(again).toHaveLength(told);
    await next.stop();
  });

  it('ends a failed session in the log, so that the next one can begin', async () => {
    const { world, repository } = await aWorldWithMail();
    const agent = world.start();
    await world.initialize(repository);
    const { organization: _, ...without } = world.secrets;
    const { organization } = world.secrets;
    Object.assign(world.secrets, { ...without, organization: undefined });
    const end = await world.backup('session-1', repository);
    expect(end).toMatchObject({ status: 'failed', problem: { code: 'E_WORK_UNKNOWN' } });
    Object.assign(world.secrets, { organization });
    expect(await world.backup('session-2', repository)).toMatchObject({ status: 'success' });
    await agent.stop();
  });

  it('ends in the log what a session could not end itself, when the next one begins', async () => {
    const { world, repository } = await aWorldWithMail();
    const agent = world.start();
    await world.initialize(repository);
    const store = world.store(repository.repositoryId);
    const ownerAndBegin = 2;
    world.stores.set(repository.repositoryId, refusingLogFrom(store, ownerAndBegin));
    expect(await world.backup('session-1', repository)).toMatchObject({ status: 'failed' });
    world.stores.set(repository.repositoryId, store);
    await agent.stop();
    const next = world.start();
    expect(await world.backup('session-2', repository)).toMatchObject({ status: 'success' });
    expect(await world.stored(repository, 'session-2')).toEqual(world.tenant.truth());
    await next.stop();
  });
});

describe('a killed agent', () => {
  const run = async (dieAt: number, applies: boolean) => {
    const { world, repository } = await aWorldWithMail();
    const first = world.start();
    await world.initialize(repository);
    await first.stop();
    const mortal = new Mortal(dieAt, applies);
    world.start(mortal);
    const ended = world.backup('session-1', repository);
    const survived = await Promise.race([
      ended.then(() => true),
      mortal.died.promise.then(() => false),
    ]);
    if (survived) return { world, survived };
    const next = world.start();
    const end = await ended;
    expect(end.status).toBe('success');
    expect(end.counts?.items).toBe(9n);
    expect(await world.stored(repository, 'session-1')).toEqual(world.tenant.truth());
    const told = world.controller.of('session-1', 'object').map((each) => each.objectId);
    expect(told.toSorted()).toEqual([...world.tenant.places.keys()].toSorted());
    expect(world.controller.of('session-1', 'restorePoint').some((each) => each.done)).toBe(true);
    await next.stop();
    return { world, survived };
  };

  for (const applies of [false, true]) {
    const how = applies ? 'after it took effect' : 'before it took effect';
    it(`loses nothing, whichever call it dies in (${how})`, async () => {
      let deaths = 0;
      for (let dieAt = 1; ; dieAt += 1) {
        if ((await run(dieAt, applies)).survived) break;
        deaths += 1;
      }
      expect(deaths).toBeGreaterThan(20);
    });
  }

  it('does not read again what it had committed', async () => {
    const { world, repository } = await aWorldWithMail();
    const first = world.start();
    await world.initialize(repository);
    await first.stop();
    const gate = Promise.withResolvers<void>();
    world.tenant.gates.set('carla-2', gate.promise);
    const { mortal } = world.start();
    const ended = world.backup('session-1', repository);
    await world.controller.until(() => world.tenant.reads.includes('carla-2'));
    world.clock.advance(60_000);
    await world.controller.until(() => world.controller.of('session-1', 'object').length === 2);
    mortal.die();
    world.tenant.gates.clear();
    world.tenant.reads.length = 0;
    const next = world.start();
    expect((await ended).counts).toMatchObject({ items: 9n });
    expect(world.tenant.reads.toSorted()).toEqual(['carla-1', 'carla-2', 'carla-3']);
    expect(await world.stored(repository, 'session-1')).toEqual(world.tenant.truth());
    await next.stop();
  });

  it('commits what is finished when it is told to stop, and leaves the session open', async () => {
    const { world, repository } = await aWorldWithMail();
    const first = world.start();
    await world.initialize(repository);
    const gate = Promise.withResolvers<void>();
    world.tenant.gates.set('carla-2', gate.promise);
    const ended = world.backup('session-1', repository);
    await world.controller.until(() => world.tenant.reads.includes('carla-2'));
    const stopped = first.stop();
    gate.resolve();
    expect(await stopped).toBe('stopped');
    world.tenant.reads.length = 0;
    const next = world.start();
    expect((await ended).status).toBe('success');
    expect(world.controller.helloRunning.at(-1)).toEqual([{ sessionId: 'session-1', attempt: 1 }]);
    expect(world.tenant.reads.toSorted()).toEqual(['carla-1', 'carla-2', 'carla-3']);
    await next.stop();
  });

  it('stops a session that another attempt has, and writes nothing more', async () => {
    const { world, repository } = await aWorldWithMail();
    const agent = world.start();
    await world.initialize(repository);
    const gate = Promise.withResolvers<void>();
    world.tenant.gates.set('carla-2', gate.promise);
    const ended = world.backup('session-1', repository);
    await world.controller.until(() => world.tenant.reads.includes('carla-2'));
    world.controller.again('session-1');
    gate.resolve();
    expect((await ended).status).toBe('success');
    const attempts = world.controller.events
      .filter((each) => each.sessionId === 'session-1')
      .map((each) => each.attempt);
    expect(new Set(attempts)).toEqual(new Set([2]));
    await agent.stop();
  });

  it('waits with writing until the controller names it the owner', async () => {
    const { world, repository } = await aWorldWithMail();
    world.controller.ownerIncarnation = 'a newer process';
    const agent = world.start();
    await world.initialize(repository);
    const ended = world.backup('session-1', repository);
    await world.controller.until(() => world.controller.accepted.length === 2);
    expect(world.tenant.reads).toEqual([]);
    world.controller.ownerIncarnation = undefined;
    world.controller.breakLink();
    await world.redialled(2);
    expect((await ended).status).toBe('success');
    await agent.stop();
  });

  it('takes the repository over again after it was fenced, once it is named', async () => {
    const { world, repository } = await aWorldWithMail();
    const older = world.start();
    await world.initialize(repository);
    await world.backup('session-1', repository);
    await world.takeOver(repository, 'somebody else');
    world.tenant.putItem('mailbox:anna', 'anna-9', 'new');
    const ended = world.backup('session-2', repository);
    await world.redialled(2);
    expect((await ended).status).toBe('success');
    expect(await world.stored(repository, 'session-2')).toEqual(world.tenant.truth());
    await older.stop();
  });

  it('ends a cancelled session as stopped, and the job can run again', async () => {
    const { world, repository } = await aWorldWithMail();
    const agent = world.start();
    await world.initialize(repository);
    const gate = Promise.withResolvers<void>();
    world.tenant.gates.set('carla-2', gate.promise);
    const ended = world.backup('session-1', repository);
    await world.controller.until(() => world.tenant.reads.includes('carla-2'));
    world.controller.say({ $case: 'cancel', value: { sessionId: 'session-1', reason: 'enough' } });
    gate.resolve();
    expect(await ended).toMatchObject({ status: 'stopped', problem: { code: 'E_CANCELLED' } });
    expect(await world.backup('session-2', repository)).toMatchObject({ status: 'success' });
    expect(await world.stored(repository, 'session-2')).toEqual(world.tenant.truth());
    await agent.stop();
  });
});
