import { describe, expect, it } from 'vitest';
import type { EntryBody } from './entry.ts';
import { rootOfPoint, rootsOf } from './state/roots.ts';
import { decodeLogState, encodeLogState } from './state/state-json.ts';
import {
  applyEntry,
  contentOfRestorePoint,
  emptyLogState,
  isIndexUsable,
  type LogAlarm,
  type LogState,
  newestPoint,
  pointsOf,
} from './state.ts';

const job = 'job';
const day = 86_400_000;

/** Folds bodies under the owner's epoch, a minute apart unless a time is given. */
class Fold {
  state: LogState = emptyLogState;
  alarm: LogAlarm | undefined;

  add(body: EntryBody, options: { epoch?: number; atMs?: number } = {}): this {
    const n = this.state.head + 1;
    const entry = {
      n,
      entryId: `id-${n}`,
      previousDigest: this.state.digest,
      epoch: options.epoch ?? this.state.owner?.epoch ?? 0,
      body,
    };
    const storedAtMs = options.atMs ?? this.state.headAtMs + 60_000;
    const applied = applyEntry(this.state, { entry, digest: `digest-${n}`, storedAtMs });
    this.state = applied.state;
    this.alarm = applied.alarm;
    return this;
  }

  owner(epoch = (this.state.owner?.epoch ?? 0) + 1): this {
    return this.add({ type: 'owner', epoch, incarnation: `process-${epoch}` });
  }

  begin(sessionId: string, attempt = 1, jobId = job): this {
    return this.add({ type: 'begin', jobId, sessionId, attempt });
  }

  commit(sessionId: string, objects: Record<string, string>, done = false, attempt = 1): this {
    return this.add({ type: 'commit', jobId: job, sessionId, attempt, objects, packs: [], done });
  }

  /** A whole session. */
  session(sessionId: string, objects: Record<string, string>): this {
    return this.begin(sessionId).commit(sessionId, objects, true);
  }

  condemn(packs: readonly string[], computedTo = this.state.head): this {
    return this.add({ type: 'condemn', packs, computedTo });
  }
}

const ref = (sessionId: string, objectId = 'ann') => ({ jobId: job, objectId, sessionId });

describe('applyEntry: epochs', () => {
  it('accepts an owner whose epoch is the last one + 1', () => {
    const log = new Fold().owner(1).owner(2);
    expect(log.alarm).toBeUndefined();
    expect(log.state.owner).toMatchObject({ epoch: 2, incarnation: 'process-2' });
  });

  it('voids an owner of any other epoch, and it takes nothing over', () => {
    const log = new Fold().owner(1).owner(3);
    expect(log.alarm?.reason).toMatch(/epoch 3 instead of 2/);
    expect(log.state.owner?.epoch).toBe(1);
    expect(log.state.head).toBe(1);
  });

  it('voids an entry of a fenced owner', () => {
    const log = new Fold().owner(1).owner(2);
    log.add({ type: 'begin', jobId: job, sessionId: 's1', attempt: 1 }, { epoch: 1 });
    expect(log.alarm).toMatchObject({ n: 2, type: 'begin' });
    expect(log.state.sessions.size).toBe(0);
  });

  it('voids an entry that claims an epoch which nobody owns yet', () => {
    expect(new Fold().add({ type: 'settings', settings: {} }, { epoch: 1 }).alarm).toBeDefined();
  });
});

describe('applyEntry: sessions', () => {
  it('begins a session at attempt 1 and takes an open one over at the next', () => {
    const log = new Fold().owner().begin('s1').begin('s1', 2);
    expect(log.alarm).toBeUndefined();
    expect(log.state.sessions.get('s1')).toMatchObject({ attempt: 2, phase: 'open', begunAtN: 1 });
  });

  it.each([
    ['a first attempt that is not 1', () => new Fold().owner().begin('s1', 2)],
    ['the same attempt again', () => new Fold().owner().begin('s1').begin('s1', 1)],
    ['an attempt that skips one', () => new Fold().owner().begin('s1').begin('s1', 3)],
    ['a second session of a job', () => new Fold().owner().begin('s1').begin('s2')],
    ['a session of another job', () => new Fold().owner().begin('s1').begin('s1', 2, 'other')],
    ['a session that is done', () => new Fold().owner().session('s1', {}).begin('s1', 2)],
  ])('voids %s', (_name, make) => {
    expect(make().alarm?.type).toBe('begin');
  });

  it('lets a job begin its next session once the last one ended', () => {
    const log = new Fold().owner().session('s1', {}).begin('s2');
    expect(log.alarm).toBeUndefined();
    expect(log.state.openSessions.get(job)).toBe('s2');
  });

  it('makes a restore point by a commit of the latest attempt', () => {
    const log = new Fold().owner().begin('s1').begin('s1', 2).commit('s1', { ann: 'r1' }, false, 2);
    expect(log.alarm).toBeUndefined();
    expect(newestPoint(log.state, job, 'ann')).toMatchObject({ sessionId: 's1', root: 'r1' });
    expect(log.state.restorePoints.get(job)).toMatchObject([{ sessionId: 's1', complete: false }]);
  });

  it.each([
    ['an unknown session', () => new Fold().owner().commit('s1', { ann: 'r1' })],
    ['a superseded attempt', () => new Fold().owner().begin('s1').begin('s1', 2).commit('s1', {})],
    [
      'a session that is done',
      () => new Fold().owner().session('s1', {}).commit('s1', { ann: 'r' }),
    ],
  ])('voids a commit of %s', (_name, make) => {
    const log = make();
    expect(log.alarm?.type).toBe('commit');
    expect(pointsOf(log.state, job, 'ann')).toEqual([]);
  });

  it('lets the first commit of an object in a session stand', () => {
    const log = new Fold().owner().begin('s1').commit('s1', { ann: 'r1' });
    log.commit('s1', { ann: 'r2', bob: 'r3' });
    expect(log.alarm).toBeUndefined();
    expect(pointsOf(log.state, job, 'ann').map(({ root }) => root)).toEqual(['r1']);
    expect(pointsOf(log.state, job, 'bob').map(({ root }) => root)).toEqual(['r3']);
  });

  it('closes an open session, and voids a close of any other', () => {
    const close: EntryBody = { type: 'close', jobId: job, sessionId: 's1' };
    const log = new Fold().owner().begin('s1').commit('s1', { ann: 'r1' }).add(close);
    expect(log.alarm).toBeUndefined();
    expect(log.state.sessions.get('s1')?.phase).toBe('closed');
    expect(newestPoint(log.state, job, 'ann')?.root).toBe('r1');
    expect(log.add(close).alarm?.type).toBe('close');
  });
});

describe('applyEntry: what is kept', () => {
  const twoPoints = () =>
    new Fold().owner().session('s1', { ann: 'r1' }).session('s2', { ann: 'r2' });
  const expire = (sessionId: string): EntryBody => ({
    type: 'expire',
    points: [ref(sessionId)],
    cutoffs: {},
  });
  const cutoff = (cutoffMs: number): EntryBody => ({
    type: 'expire',
    points: [],
    cutoffs: { [job]: cutoffMs },
  });

  it('drops an expired point, but keeps the newest of its object as a root', () => {
    const log = twoPoints().add(expire('s1')).add(expire('s2'));
    expect([...rootsOf(log.state)]).toEqual(['r2']);
    expect(newestPoint(log.state, job, 'ann')?.expired).toBe(true);
  });

  it('drops the newest point once it is expired and its object retired', () => {
    const retire: EntryBody = { type: 'retire', jobId: job, objectId: 'ann' };
    expect([...rootsOf(twoPoints().add(expire('s2')).add(retire).state)]).toEqual(['r1']);
    expect([...rootsOf(twoPoints().add(retire).add(expire('s2')).state)]).toEqual(['r1']);
    expect([...rootsOf(twoPoints().add(retire).state)]).toEqual(['r1', 'r2']);
  });

  it('drops the expired newest point when a newer one is committed', () => {
    const log = twoPoints().add(expire('s2')).session('s3', { ann: 'r3' });
    expect(pointsOf(log.state, job, 'ann').map(({ root }) => root)).toEqual(['r1', 'r3']);
  });

  it('expires by a cut-off what was superseded before it', () => {
    const log = twoPoints();
    const supersededAtMs = newestPoint(log.state, job, 'ann')?.committedAtMs ?? 0;
    log.add(cutoff(supersededAtMs));
    expect([...rootsOf(log.state)]).toEqual(['r1', 'r2']);
    log.add(cutoff(supersededAtMs + 1));
    expect([...rootsOf(log.state)]).toEqual(['r2']);
  });

  it('voids a cut-off that goes back', () => {
    expect(new Fold().owner().add(cutoff(day)).add(cutoff(day)).alarm).toBeUndefined();
    expect(
      new Fold()
        .owner()
        .add(cutoff(day))
        .add(cutoff(day - 1)).alarm?.type,
    ).toBe('expire');
  });

  it('keeps a pinned point until its unpin, across owners', () => {
    const log = twoPoints();
    log.add({ type: 'pin', pinId: 'p', points: [ref('s1')], untilMs: day });
    log.add(expire('s1')).owner();
    expect([...rootsOf(log.state)]).toEqual(['r2', 'r1']);
    expect(log.add({ type: 'unpin', pinId: 'p' }).alarm).toBeUndefined();
    expect([...rootsOf(log.state)]).toEqual(['r2']);
  });

  it("lets a pin run out by the storage's clock", () => {
    const log = twoPoints();
    log.add({ type: 'pin', pinId: 'p', points: [ref('s1')], untilMs: day }).add(expire('s1'));
    log.add({ type: 'settings', settings: {} }, { atMs: day });
    expect(rootOfPoint(log.state, ref('s1'))).toBeUndefined();
  });

  it('takes over from a pin whose time comes with the entry itself', () => {
    const log = twoPoints();
    log.add({ type: 'pin', pinId: 'p', points: [ref('s1')], untilMs: day }).add(expire('s1'));
    const next = { type: 'pin', pinId: 'q', points: [ref('s1')], untilMs: 3 * day } as const;
    expect(log.add(next, { atMs: 2 * day }).alarm).toBeUndefined();
    expect(rootOfPoint(log.state, ref('s1'))).toBe('r1');
  });

  it('voids a pin of a point that is no longer kept', () => {
    const log = twoPoints().add(expire('s1'));
    log.add({ type: 'pin', pinId: 'p', points: [ref('s1'), ref('s2')], untilMs: day });
    expect(log.alarm?.type).toBe('pin');
    expect(log.state.pins.size).toBe(0);
  });

  it('shows in a restore point the newest point of each object at or before it', () => {
    const log = new Fold().owner().session('s1', { ann: 'r1', bob: 'r2' });
    log.session('s2', { ann: 'r3' }).session('s3', { ann: 'r4', bob: 'r5' });
    const second = log.state.restorePoints.get(job)?.[1];
    const content = second && contentOfRestorePoint(log.state, second);
    expect([...(content ?? [])].map(([id, { root }]) => [id, root])).toEqual([
      ['ann', 'r3'],
      ['bob', 'r2'],
    ]);
  });
});

describe('applyEntry: mending', () => {
  const mend = (roots: Record<string, string>, packs: readonly string[] = []): EntryBody => {
    return { type: 'mend', jobId: 'upkeep', sessionId: 'u1', attempt: 1, roots, packs };
  };
  const withPoints = () => {
    const untilMs = 1_000 * day;
    return new Fold()
      .owner()
      .session('s1', { ann: 'r1', bob: 'b1' })
      .session('s2', { ann: 'r2' })
      .add({ type: 'pin', pinId: 'p', points: [ref('s1')], untilMs })
      .begin('u1', 1, 'upkeep');
  };

  it('puts new roots in place of old ones in all points and pins, and nowhere else', () => {
    const log = withPoints().add(mend({ r1: 'r1 mended', unknown: 'nothing' }));
    expect(log.alarm).toBeUndefined();
    expect(pointsOf(log.state, job, 'ann').map(({ root }) => root)).toEqual(['r1 mended', 'r2']);
    expect(rootOfPoint(log.state, ref('s1'))).toBe('r1 mended');
    expect(log.state.pins.get('p')?.points[0]?.root).toBe('r1 mended');
    expect([...rootsOf(log.state)].sort()).toEqual(['b1', 'r1 mended', 'r2']);
  });

  it('is void beside an open session, and with a condemned pack', () => {
    const pack = 'packs/1-s1-1-aa';
    expect(
      withPoints()
        .condemn([pack])
        .add(mend({ r1: 'r' }, [pack])).alarm?.type,
    ).toBe('mend');
    const ended = withPoints().add({ type: 'close', jobId: 'upkeep', sessionId: 'u1' });
    expect(ended.add(mend({ r1: 'r' })).alarm?.type).toBe('mend');
  });
});

describe('applyEntry: garbage', () => {
  const pack = 'packs/1-s1-1-aa';
  const swept: EntryBody = { type: 'swept', packs: [pack] };
  const relocate = (packName: string, attempt = 1, after = -1): EntryBody => ({
    type: 'relocate',
    jobId: 'upkeep',
    sessionId: 'u1',
    attempt,
    root: `root in ${packName}`,
    after,
    packs: [packName],
  });

  it('condemns packs when it was computed from exactly the log before it', () => {
    const log = new Fold().owner().condemn([pack]);
    expect(log.alarm).toBeUndefined();
    expect(log.state.condemned.get(pack)).toMatchObject({ n: 1, atMs: log.state.headAtMs });
  });

  it('voids a condemn that was computed from less', () => {
    const log = new Fold().owner().begin('s1').condemn([pack], 0);
    expect(log.alarm?.type).toBe('condemn');
    expect(log.state.condemned.size).toBe(0);
  });

  it('relocates segments within the latest attempt of an open session', () => {
    const log = new Fold().owner().begin('u1', 1, 'upkeep').add(relocate('packs/1-u1-1-bb'));
    expect(log.alarm).toBeUndefined();
    expect(log.state.relocation).toEqual({ root: 'root in packs/1-u1-1-bb', n: 2 });
  });

  it('voids a relocate that was made from another table than the newest', () => {
    const log = new Fold().owner().begin('u1', 1, 'upkeep').add(relocate('packs/1-u1-1-bb'));
    expect(log.add(relocate('packs/1-u1-1-cc')).alarm?.type).toBe('relocate');
    expect(log.add(relocate('packs/1-u1-1-cc', 1, 2)).alarm).toBeUndefined();
  });

  it('voids a relocate into a condemned pack, or of a superseded attempt', () => {
    const log = new Fold().owner().begin('u1', 1, 'upkeep').condemn([pack]).add(relocate(pack));
    expect(log.alarm?.type).toBe('relocate');
    expect(log.add(relocate('packs/1-u1-1-bb', 2)).alarm?.type).toBe('relocate');
  });

  it('voids swept for what was not condemned, or is of an open session', () => {
    expect(new Fold().owner().add(swept).alarm?.type).toBe('swept');
    const open = new Fold().owner().begin('s1').begin('s1', 2).condemn([pack]).add(swept);
    expect(open.alarm?.type).toBe('swept');
  });

  it('forgets a swept name once every session that began before it has ended', () => {
    const log = new Fold().owner().session('s1', {}).condemn([pack]).begin('s2').add(swept);
    expect(log.alarm).toBeUndefined();
    expect(log.state.condemned.has(pack)).toBe(true);
    expect(isIndexUsable(log.state, 0)).toBe(true);
    log.commit('s2', {}, true);
    expect(log.state.condemned.has(pack)).toBe(false);
    expect(isIndexUsable(log.state, log.state.head - 1)).toBe(false);
    expect(isIndexUsable(log.state, log.state.head)).toBe(true);
  });

  it('merges settings', () => {
    const log = new Fold().owner().add({ type: 'settings', settings: { a: 1, b: true } });
    log.add({ type: 'settings', settings: { b: null } });
    expect([...log.state.settings]).toEqual([
      ['a', 1],
      ['b', null],
    ]);
  });
});

describe('applyEntry: erasing', () => {
  const erase = (...objects: string[]): EntryBody => ({ type: 'erase', erasureId: 'e', objects });

  it('takes an object out of every point and pin, and leaves the others', () => {
    const log = new Fold().owner().session('s1', { ann: 'r1', bob: 'r2' });
    log.add({ type: 'pin', pinId: 'p', points: [ref('s1'), ref('s1', 'bob')], untilMs: 9e12 });
    log.session('s2', { ann: 'r3' }).add(erase('ann'));
    expect([...rootsOf(log.state)]).toEqual(['r2']);
    expect(rootOfPoint(log.state, ref('s1'))).toBeUndefined();
    expect(log.state.erased.get('ann')).toMatchObject({ erasureId: 'e', n: log.state.head });
  });

  it('takes away restore points that showed nothing else', () => {
    const log = new Fold().owner().session('s1', { ann: 'r1' }).session('s2', { bob: 'r2' });
    log.add(erase('ann'));
    expect(log.state.restorePoints.get(job)?.map(({ sessionId }) => sessionId)).toEqual(['s2']);
  });

  it('gives the object no point by a session that was open, and one by a later session', () => {
    const log = new Fold().owner().session('s1', { ann: 'r1' }).begin('s2').add(erase('ann'));
    log.commit('s2', { ann: 'r2', bob: 'r3' }, true);
    expect(log.alarm).toBeUndefined();
    expect([...rootsOf(log.state)]).toEqual(['r3']);
    log.session('s3', { ann: 'r4' });
    expect(newestPoint(log.state, job, 'ann')).toMatchObject({ root: 'r4' });
  });
});

describe('encodeLogState', () => {
  it('gives back an equal state through JSON', () => {
    const log = new Fold().owner().session('s1', { ann: 'r1', __proto__x: 'r2' }).begin('s2');
    log.add({ type: 'pin', pinId: 'p', points: [ref('s1')], untilMs: day });
    log.condemn(['packs/1-s1-1-aa']).add({ type: 'retire', jobId: job, objectId: 'ann' });
    log.add({ type: 'erase', erasureId: 'e', objects: ['bob'] });
    const json = JSON.parse(JSON.stringify(encodeLogState(log.state)));
    expect(decodeLogState(json)).toEqual(log.state);
  });
});
