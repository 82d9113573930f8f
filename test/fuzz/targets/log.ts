import { SealedCodec } from '../../../shared/src/repository/log/codec.ts';
import type { EntryBody, LogEntry } from '../../../shared/src/repository/log/entry.ts';
import { parsePackOrigin } from '../../../shared/src/repository/log/names.ts';
import { rootsOf } from '../../../shared/src/repository/log/state/roots.ts';
import { encodeLogState } from '../../../shared/src/repository/log/state/state-json.ts';
import {
  applyEntry,
  contentOfRestorePoint,
  emptyLogState,
  type LogState,
} from '../../../shared/src/repository/log/state.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { mutateJson } from '../mutate-json.ts';
import { bomb, compute, id, json, key, ports, text } from './fuzz-ports.ts';

const repositoryId = 'r';
const ofJob = { jobId: 'j', sessionId: 's', attempt: 1 };
const point = { jobId: 'j', objectId: 'o', sessionId: 's' };
const root = 'meta/1-s-1-ab:8:100:0:0';
const pack = 'packs/1-s-1-ab';

/** A log in which each type of entry has something to do. */
const bodies: readonly EntryBody[] = [
  { type: 'owner', epoch: 1, incarnation: 'i' },
  { type: 'begin', ...ofJob },
  { type: 'commit', ...ofJob, objects: { o: root, p: root }, packs: [pack], done: true },
  { type: 'begin', ...ofJob, sessionId: 't' },
  { type: 'commit', ...ofJob, sessionId: 't', objects: { o: root }, packs: [], done: false },
  { type: 'pin', pinId: 'p', points: [point], untilMs: 9e12 },
  { type: 'expire', points: [point], cutoffs: { j: 5 } },
  { type: 'retire', jobId: 'j', objectId: 'p' },
  { type: 'settings', settings: { a: 1, b: 'x', c: null } },
  { type: 'relocate', ...ofJob, sessionId: 't', root: 'meta/1-t-1-cd:8:9', after: -1, packs: [] },
  { type: 'mend', ...ofJob, sessionId: 't', roots: { [root]: 'meta/1-t-1-ef:8:9:0:0' }, packs: [] },
  { type: 'condemn', packs: ['packs/1-s-1-cd'], computedTo: 10 },
  { type: 'swept', packs: ['packs/1-s-1-cd'] },
  { type: 'erase', erasureId: id, objects: ['p'] },
  { type: 'unpin', pinId: 'p' },
  { type: 'close', jobId: 'j', sessionId: 't' },
];

export async function logTargets(): Promise<readonly FuzzTarget[]> {
  const rootKeys = new Map([[1, key]]);
  const codec = new SealedCodec({ ...ports, repositoryId, rootKeys, rootKeyNumber: 1 });
  const states = foldedStates();
  const entries = states.slice(0, -1).map((_, n) => json(entryOf(n)));
  return [
    await entryTarget(codec, states, entries),
    await checkpointTarget(codec, states),
    {
      name: 'log entry, without the key',
      seeds: [await codec.encodeEntry(entryOf(0)), await codec.encodeCheckpoint(emptyLogState)],
      share: 3,
      parse: (bytes) => codec.decodeEntry(0, bytes),
    },
    await logBombTarget(codec),
    {
      name: 'pack name',
      seeds: [text(pack)],
      share: 2,
      parse: (bytes) => parsePackOrigin(`${bytes}`),
    },
  ];
}

/** By whoever has the key: read as the next entry, and folded. */
async function entryTarget(
  codec: SealedCodec,
  states: readonly LogState[],
  seeds: readonly Uint8Array[],
): Promise<FuzzTarget> {
  const seal = await sealing('log');
  return {
    name: 'log entry',
    seeds,
    mutate: mutateJson,
    share: 12,
    parse: async (plain, chance) => {
      const at = chance.below(states.length);
      const n = (states[at]?.head ?? -1) + 1;
      const entry = await codec.decodeEntry(n, await seal(n, withNumber(plain, n)));
      fold(states[at] ?? emptyLogState, entry);
    },
  };
}

async function checkpointTarget(
  codec: SealedCodec,
  states: readonly LogState[],
): Promise<FuzzTarget> {
  const seal = await sealing('checkpoint');
  return {
    name: 'checkpoint',
    seeds: states.slice(1).map((state) => json(encodeLogState(state))),
    mutate: mutateJson,
    share: 8,
    parse: async (plain, chance) => {
      const n = numberIn(plain, /"head":(\d+)/);
      const state = await codec.decodeCheckpoint(n, await seal(n, plain));
      if (state === undefined) return;
      fold(state, { ...entryOf(chance.below(bodies.length)), n: state.head + 1 });
    },
  };
}

async function logBombTarget(codec: SealedCodec): Promise<FuzzTarget> {
  const seal = await sealing('log');
  return {
    name: 'log entry, bomb',
    seeds: [await bomb(65 * 1024 * 1024), await bomb(1024 * 1024)],
    share: 0.02,
    parse: async (compressed) => codec.decodeEntry(0, await seal(0, compressed, true)),
  };
}

/** The next state, and what others ask it. */
function fold(state: LogState, entry: LogEntry): void {
  const { state: next } = applyEntry(state, { entry, digest: 'd', storedAtMs: 1_000 });
  rootsOf(next);
  for (const points of next.restorePoints.values()) {
    for (const each of points) contentOfRestorePoint(next, each);
  }
  encodeLogState(next);
}

function foldedStates(): readonly LogState[] {
  const states: LogState[] = [emptyLogState];
  for (const [n] of bodies.entries()) {
    const stored = { entry: entryOf(n), digest: `d${n}`, storedAtMs: n };
    const { state, alarm } = applyEntry(states.at(-1) ?? emptyLogState, stored);
    if (alarm !== undefined) throw new Error(`a seed is void: ${alarm.type} ${alarm.reason}`);
    states.push(state);
  }
  return states;
}

function entryOf(n: number): LogEntry {
  const body = bodies[n] ?? { type: 'unpin', pinId: '' };
  return { n, entryId: id, previousDigest: '', epoch: n === 0 ? 0 : 1, body };
}

/** As the entry at that place, so that more than the number is looked at. */
function withNumber(plain: Uint8Array, n: number): Uint8Array {
  return Buffer.from(
    Buffer.from(plain)
      .toString('latin1')
      .replace(/"n":\d+/, `"n":${n}`),
    'latin1',
  );
}

function numberIn(plain: Uint8Array, pattern: RegExp): number {
  return Number(pattern.exec(Buffer.from(plain).toString('latin1'))?.[1] ?? 0);
}

function compressed(plain: Uint8Array): Uint8Array {
  const target = new Uint8Array(compute.compressedBytesMax(plain.length));
  return target.subarray(0, compute.compressInto(target, plain, 1));
}

/** docs/repository-log.md, "Bytes". */
async function sealing(kind: 'log' | 'checkpoint') {
  const own = await compute.hkdf(key, text(repositoryId), `firn ${kind} v1`, 32);
  const prefix = Buffer.from([1, 0, 0, 0, 1]);
  const nonce = Buffer.alloc(12, 3);
  return async (n: number, plain: Uint8Array, isCompressed = false): Promise<Uint8Array> => {
    const position = Buffer.alloc(8);
    position.writeBigUInt64BE(BigInt(Number.isSafeInteger(n) ? n : 0));
    const associated = Buffer.concat([text(`${kind}/`), position, prefix]);
    const body = isCompressed ? plain : compressed(plain);
    return Buffer.concat([prefix, nonce, await compute.seal(own, nonce, body, associated)]);
  };
}
