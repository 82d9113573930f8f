import { describe, expect, it } from 'vitest';
import { AppError } from '../../errors/app-error.ts';
import type { Blob, BlobInfo, BlobStore, Clock } from '../ports.ts';
import type { EntryCodec } from './codec.ts';
import type { EntryBody, LogEntry } from './entry.ts';
import { checkpointName, logName } from './names.ts';
import { takeOwnership } from './owner.ts';
import { pinPoints } from './pins.ts';
import { RepositoryLog } from './repository-log.ts';
import { beginSession, closeOtherSession, commitSession } from './sessions.ts';
import { decodeLogState, encodeLogState } from './state/state-json.ts';

/** What the storage does with the next put of a name instead of obeying. */
type PutFault =
  | 'fails before'
  | 'applies and loses the reply'
  | 'loses the reply and applies at the next put'
  | 'is denied';

class ScriptedStore implements Pick<BlobStore, 'put' | 'get' | 'list' | 'head' | 'delete'> {
  readonly blobs = new Map<string, Uint8Array>();
  readonly faults = new Map<string, PutFault[]>();
  readonly puts: string[] = [];
  /** Names that lists do not show yet. */
  readonly unlisted = new Set<string>();
  beforePut: (name: string) => void = () => {};
  #late: (() => void)[] = [];

  async put(name: string, body: Uint8Array, options?: { ifAbsent?: boolean }): Promise<void> {
    for (const apply of this.#late.splice(0)) apply();
    this.beforePut(name);
    this.puts.push(name);
    const fault = this.faults.get(name)?.shift();
    if (fault === 'fails before') throw new AppError('E_STORAGE_UNAVAILABLE', 'busy');
    if (fault === 'is denied') throw new AppError('E_STORAGE_DENIED', 'denied');
    if (fault === 'loses the reply and applies at the next put') {
      this.#late.push(() => this.#set(name, body));
      throw new AppError('E_STORAGE_UNCLEAR', 'reply lost');
    }
    if (options?.ifAbsent && this.blobs.has(name)) throw new AppError('E_BLOB_EXISTS', 'exists');
    this.blobs.set(name, body);
    if (fault === 'applies and loses the reply') {
      throw new AppError('E_STORAGE_UNCLEAR', 'reply lost');
    }
  }

  #set(name: string, body: Uint8Array): void {
    if (!this.blobs.has(name)) this.blobs.set(name, body);
  }

  async get(name: string): Promise<Blob> {
    const bytes = this.blobs.get(name);
    if (bytes === undefined) throw new AppError('E_BLOB_NOT_FOUND', name);
    return { info: info(name, bytes), bytes };
  }

  async head(name: string): Promise<BlobInfo | undefined> {
    const bytes = this.blobs.get(name);
    return bytes && info(name, bytes);
  }

  async *list(prefix: string): AsyncIterable<BlobInfo> {
    for (const [name, bytes] of this.blobs) {
      if (name.startsWith(prefix) && !this.unlisted.has(name)) yield info(name, bytes);
    }
  }

  async delete(name: string): Promise<void> {
    this.blobs.delete(name);
  }
}

function info(name: string, bytes: Uint8Array): BlobInfo {
  const size = bytes.length;
  return { name, size, storageClass: 'hot', modifiedAtMs: 1000, rehydrating: false };
}

const jsonCodec: EntryCodec = {
  encodeEntry: async (entry) => Buffer.from(JSON.stringify(entry)),
  decodeEntry: async (_n, stored) => JSON.parse(Buffer.from(stored).toString()),
  digest: async (stored) => (JSON.parse(Buffer.from(stored).toString()) as LogEntry).entryId,
  encodeCheckpoint: async (state) => Buffer.from(JSON.stringify(encodeLogState(state))),
  decodeCheckpoint: async (n, stored) => {
    const text = Buffer.from(stored).toString();
    if (text === 'damaged') throw new AppError('E_REPOSITORY_DAMAGED', `checkpoint ${n}`);
    return decodeLogState(JSON.parse(text));
  },
};

let ids = 0;

function open(store: ScriptedStore, checkpointEvery = 1000): Promise<RepositoryLog> {
  const clock: Clock = { now: () => 0, sleep: async () => {} };
  const entropy = {
    randomBytes: (length: number) => {
      ids += 1;
      return new Uint8Array(length).fill(ids);
    },
  };
  const ports = { store: store as unknown as BlobStore, clock, entropy };
  return RepositoryLog.open({ ports, codec: jsonCodec, checkpointEvery });
}

const named = async () => true;

async function openAsOwner(store: ScriptedStore, incarnation = 'first', checkpointEvery = 1000) {
  const log = await open(store, checkpointEvery);
  await takeOwnership(log, incarnation, named);
  return log;
}

const setting = (value: number): EntryBody => ({ type: 'settings', settings: { value } });

function bodyAt(store: ScriptedStore, n: number): EntryBody | undefined {
  const bytes = store.blobs.get(logName(n));
  return bytes && (JSON.parse(Buffer.from(bytes).toString()) as LogEntry).body;
}

describe('append', () => {
  it.each<PutFault>([
    'fails before',
    'applies and loses the reply',
    'loses the reply and applies at the next put',
  ])('wins its n once when a put %s', async (fault) => {
    const store = new ScriptedStore();
    const log = await openAsOwner(store);
    store.faults.set(logName(1), [fault, fault]);
    const appended = await log.append(() => setting(7));
    expect(appended?.n).toBe(1);
    expect(bodyAt(store, 1)).toEqual(setting(7));
    expect(store.blobs.has(logName(2))).toBe(false);
    expect(log.state.settings.get('value')).toBe(7);
  });

  it("sees another's entry at its n, proposes again on the new state, and wins the next", async () => {
    const store = new ScriptedStore();
    const log = await openAsOwner(store);
    const rival = await open(store);
    rival.adoptEpoch(1);
    await rival.append(() => setting(1));
    const stolen = store.blobs.get(logName(1))!;
    store.blobs.delete(logName(1));
    store.beforePut = (name) => {
      if (name === logName(1)) store.blobs.set(name, stolen);
    };
    const seen: number[] = [];
    const appended = await log.append((state) => {
      seen.push(state.head);
      return setting(2);
    });
    expect(appended?.n).toBe(2);
    expect(seen).toEqual([0, 1]);
    expect(bodyAt(store, 1)).toEqual(setting(1));
  });

  it('fails with an error that does not pass, and can be asked again', async () => {
    const store = new ScriptedStore();
    const log = await openAsOwner(store);
    store.faults.set(logName(1), ['is denied']);
    await expect(log.append(() => setting(1))).rejects.toMatchObject({ code: 'E_STORAGE_DENIED' });
    await expect(log.append(() => setting(1))).resolves.toMatchObject({ n: 1 });
  });

  it('writes nothing when propose wants nothing', async () => {
    const store = new ScriptedStore();
    const log = await openAsOwner(store);
    const puts = store.puts.length;
    expect(await log.append(() => undefined)).toBeUndefined();
    expect(store.puts.length).toBe(puts);
  });

  it('refuses to write what would be void', async () => {
    const log = await openAsOwner(new ScriptedStore());
    const close: EntryBody = { type: 'close', jobId: 'job', sessionId: 'none' };
    await expect(log.append(() => close)).rejects.toMatchObject({
      code: 'E_REPOSITORY_ENTRY_VOID',
    });
  });

  it('runs overlapping appends one after the other', async () => {
    const log = await openAsOwner(new ScriptedStore());
    const all = await Promise.all([1, 2, 3].map((value) => log.append(() => setting(value))));
    expect(all.map((appended) => appended?.n)).toEqual([1, 2, 3]);
  });

  it('is refused to a process that never owned the repository', async () => {
    const log = await open(new ScriptedStore());
    await expect(log.append(() => setting(1))).rejects.toMatchObject({
      code: 'E_REPOSITORY_FENCED',
    });
  });
});

describe('takeOwnership', () => {
  it('fences the process that owned the repository before', async () => {
    const store = new ScriptedStore();
    const first = await openAsOwner(store);
    await openAsOwner(store, 'second');
    await expect(first.append(() => setting(1))).rejects.toMatchObject({
      code: 'E_REPOSITORY_FENCED',
    });
    expect(store.blobs.has(logName(2))).toBe(false);
  });

  it('writes nothing for an incarnation that is not named', async () => {
    const store = new ScriptedStore();
    const log = await open(store);
    await expect(takeOwnership(log, 'first', async () => false)).rejects.toMatchObject({
      code: 'E_REPOSITORY_FENCED',
    });
    expect(store.puts).toEqual([]);
  });

  it('keeps the epoch of an incarnation that owns the repository already', async () => {
    const log = await openAsOwner(new ScriptedStore());
    expect(await takeOwnership(log, 'first', named)).toBe(1);
    expect(log.state.head).toBe(0);
  });
});

describe('open', () => {
  it('reads the same state from a checkpoint as from the beginning', async () => {
    const store = new ScriptedStore();
    const log = await openAsOwner(store, 'first', 4);
    for (let value = 0; value < 9; value += 1) await log.append(() => setting(value));
    expect(store.blobs.has(checkpointName(7))).toBe(true);
    const fromCheckpoint = await open(store);
    store.unlisted.add(checkpointName(3)).add(checkpointName(7));
    const fromBeginning = await open(store);
    expect(fromCheckpoint.state).toEqual(log.state);
    expect(fromBeginning.state).toEqual(log.state);
  });

  it('passes over a checkpoint that is damaged', async () => {
    const store = new ScriptedStore();
    const log = await openAsOwner(store, 'first', 4);
    for (let value = 0; value < 9; value += 1) await log.append(() => setting(value));
    store.blobs.set(checkpointName(7), Buffer.from('damaged'));
    expect((await open(store)).state).toEqual(log.state);
  });

  it('notices an entry that does not follow the one before it', async () => {
    const store = new ScriptedStore();
    const log = await openAsOwner(store);
    await log.append(() => setting(1));
    await log.append(() => setting(2));
    const other = await openAsOwner(new ScriptedStore());
    const entry: LogEntry = {
      n: 1,
      entryId: 'exchanged',
      previousDigest: other.state.digest,
      epoch: 1,
      body: setting(3),
    };
    store.blobs.set(logName(1), Buffer.from(JSON.stringify(entry)));
    await expect(open(store)).rejects.toMatchObject({ code: 'E_REPOSITORY_DAMAGED' });
  });
});

describe('sessions', () => {
  const session = { jobId: 'job', sessionId: 's1' };

  function commit(log: RepositoryLog, attempt: number, references: readonly string[]) {
    return commitSession(log, {
      ...session,
      attempt,
      objects: { ann: 'root' },
      packs: [],
      references: () => references,
      done: false,
    });
  }

  it('takes an open session over with the next attempt, and refuses the older one', async () => {
    const store = new ScriptedStore();
    const log = await openAsOwner(store);
    expect(await beginSession(log, session)).toBe(1);
    expect(await beginSession(log, session)).toBe(2);
    await expect(commit(log, 1, [])).rejects.toMatchObject({ code: 'E_SESSION_SUPERSEDED' });
    await commit(log, 2, []);
  });

  it('refuses a second session of a job', async () => {
    const log = await openAsOwner(new ScriptedStore());
    await beginSession(log, session);
    const second = beginSession(log, { jobId: 'job', sessionId: 's2' });
    await expect(second).rejects.toMatchObject({ code: 'E_REPOSITORY_JOB_BUSY' });
  });

  it('closes what the session before left open, before a new one of the job begins', async () => {
    const log = await openAsOwner(new ScriptedStore());
    await beginSession(log, session);
    await closeOtherSession(log, { jobId: 'job', sessionId: 's2' });
    expect(log.state.sessions.get('s1')?.phase).toBe('closed');
    expect(await beginSession(log, { jobId: 'job', sessionId: 's2' })).toBe(1);
    await expect(commit(log, 1, [])).rejects.toMatchObject({ code: 'E_SESSION_SUPERSEDED' });
  });

  it('closes nothing for a session that has ended itself, or of another job', async () => {
    const log = await openAsOwner(new ScriptedStore());
    await beginSession(log, session);
    await closeOtherSession(log, { jobId: 'job', sessionId: 's2' });
    await beginSession(log, { jobId: 'job', sessionId: 's2' });
    await closeOtherSession(log, session);
    await closeOtherSession(log, { jobId: 'other job', sessionId: 's3' });
    await closeOtherSession(log, { jobId: 'job', sessionId: 's2' });
    expect(log.state.sessions.get('s2')?.phase).toBe('open');
  });

  it('closes nothing for a session that is no longer wanted', async () => {
    const log = await openAsOwner(new ScriptedStore());
    await beginSession(log, session);
    const closing = closeOtherSession(
      log,
      { jobId: 'job', sessionId: 's2' },
      AbortSignal.abort(new Error('lost')),
    );
    await expect(closing).rejects.toThrow('lost');
    expect(log.state.sessions.get('s1')?.phase).toBe('open');
  });

  it('refuses a commit that refers to a pack condemned at any time before', async () => {
    const log = await openAsOwner(new ScriptedStore());
    const pack = 'packs/1-s0-1-aa';
    await log.append(({ head }) => ({ type: 'condemn', packs: [pack], computedTo: head }));
    await beginSession(log, session);
    await expect(commit(log, 1, [pack])).rejects.toMatchObject({
      code: 'E_REPOSITORY_PACK_CONDEMNED',
    });
    await commit(log, 1, ['packs/1-s1-1-bb']);
  });

  it('refuses to pin a point that is not there', async () => {
    const log = await openAsOwner(new ScriptedStore());
    const points = [{ jobId: 'job', objectId: 'ann', sessionId: 's1' }];
    await expect(pinPoints(log, { pinId: 'p', points, untilMs: 1 })).rejects.toMatchObject({
      code: 'E_POINT_NOT_FOUND',
    });
  });
});
