import { nodeCompute } from '../../shared/src/compute/node-compute.ts';
import { nodeEntropy } from '../../shared/src/compute/node-entropy.ts';
import { decoding } from '../../shared/src/repository/damaged.ts';
import { decodeHeader } from '../../shared/src/repository/header/header-layout.ts';
import { createHeader } from '../../shared/src/repository/header/repository-header.ts';
import { decodeAddress, encodeAddress } from '../../shared/src/repository/index/address.ts';
import { SealedCodec } from '../../shared/src/repository/log/codec.ts';
import type { LogEntry } from '../../shared/src/repository/log/entry.ts';
import { emptyLogState } from '../../shared/src/repository/log/state.ts';
import { decodeRoot } from '../../shared/src/repository/object/object-record.ts';
import {
  decodeFooter,
  decodeTrailer,
  encodeContentRecord,
  encodeFooter,
  encodeTrailer,
} from '../../shared/src/repository/pack/pack-layout.ts';
import {
  decodePlan,
  decodeResult,
  encodePlan,
  encodeResult,
} from '../../shared/src/repository/repack/plan-codec.ts';
import { decodeEntries, encodeEntry } from '../../shared/src/repository/run/run-layout.ts';
import { openBox, sealBox } from '../../shared/src/repository/segment/box.ts';
import { frameBytesMax, openFrame } from '../../shared/src/repository/segment/frame.ts';
import { deriveSegmentKey } from '../../shared/src/repository/segment/segment-key.ts';

/** A parser of stored bytes, and bytes that it takes. */
export interface FuzzTarget {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  /** Fails with AppErrors only. */
  readonly parse: (bytes: Uint8Array) => unknown;
}

const compute = nodeCompute;
const ports = { compute, entropy: nodeEntropy };
const key = Buffer.alloc(32, 7);
const id = '00112233445566778899aabbccddeeff';
const contentId = 'ab'.repeat(32);
const text = (value: string) => new TextEncoder().encode(value);

export async function fuzzTargets(): Promise<readonly FuzzTarget[]> {
  return [
    await headerTarget(),
    ...(await logTargets()),
    ...packTargets(),
    ...runTargets(),
    await boxTarget(),
    await frameTarget(),
    ...(await repackTargets()),
    rootTarget(),
  ];
}

async function headerTarget(): Promise<FuzzTarget> {
  const { header } = await createHeader({ repositoryId: 'r', password: undefined, ...ports });
  const [line = ''] = Buffer.from(header).toString().split('\n');
  // With a digest that fits, so that what is behind it is reached.
  const parse = async (bytes: Uint8Array) => {
    const digest = Buffer.from(await compute.sha256([bytes])).toString('hex');
    return decodeHeader(Buffer.concat([bytes, text(`\n${digest}`)]), compute);
  };
  return { name: 'header', seeds: [text(line), header], parse };
}

async function logTargets(): Promise<FuzzTarget[]> {
  const rootKeys = new Map([[1, key]]);
  const codec = new SealedCodec({ ...ports, repositoryId: 'r', rootKeys, rootKeyNumber: 1 });
  const body = { type: 'begin', jobId: 'j', sessionId: 's', attempt: 1 } as const;
  const entry: LogEntry = { n: 0, entryId: id, previousDigest: '', epoch: 1, body };
  const state = { ...emptyLogState, head: 0 };
  return [
    {
      name: 'log entry',
      seeds: [await codec.encodeEntry(entry)],
      parse: (bytes) => codec.decodeEntry(0, bytes),
    },
    {
      name: 'checkpoint',
      seeds: [await codec.encodeCheckpoint(state)],
      parse: (bytes) => codec.decodeCheckpoint(0, bytes),
    },
  ];
}

function packTargets(): FuzzTarget[] {
  const segment = { id, kind: 'data', offset: 8, frames: [100, 200], keyId: id } as const;
  const footer = { pack: 'packs/1-s-1-ab', segments: [{ ...segment, objectId: 'o' }] };
  const record = encodeContentRecord({ contentId, segment: 0, frame: 1, offset: 0, length: 5 });
  return [
    {
      name: 'trailer',
      seeds: [encodeTrailer({ footerBytes: 9, segments: 1 })],
      parse: decodeTrailer,
    },
    { name: 'footer', seeds: [encodeFooter(footer, [record, record])], parse: decodeFooter },
  ];
}

function runTargets(): FuzzTarget[] {
  const address = encodeAddress({
    ...{ segment: id, frame: 1, frameOffset: 2, frameLength: 3, offset: 4, length: 5 },
  });
  const frame = (kind: 'catalog' | 'index' | 'table', keys: readonly string[]) =>
    Buffer.concat(keys.map((each) => encodeEntry(kind, { key: each, value: address })));
  const keys = { catalog: ['fa', 'ib'], index: [contentId, contentId], table: [id, id] };
  const runs = (['catalog', 'index', 'table'] as const).map((kind) => ({
    name: `${kind} frame`,
    seeds: [frame(kind, keys[kind])],
    parse: (bytes: Uint8Array) => decodeEntries(kind, bytes),
  }));
  const parse = (bytes: Uint8Array) => decoding('an address', () => decodeAddress(bytes));
  return [...runs, { name: 'address', seeds: [address], parse }];
}

async function boxTarget(): Promise<FuzzTarget> {
  const opening = { key, kind: 'record' } as const;
  const seeds = [await sealBox(ports, opening, text('{"format":1}'))];
  return { name: 'box', seeds, parse: (bytes) => openBox(compute, opening, bytes) };
}

/** What is sealed is mutated and sealed again: lengths that lie, and bodies that inflate. */
async function frameTarget(): Promise<FuzzTarget> {
  const segment = await deriveSegmentKey(compute, key, id);
  const place = { segment, number: 0, kind: 'data' } as const;
  const associated = Buffer.concat([segment.id, Buffer.from([0, 0, 0, 0, 1])]);
  const parse = async (plain: Uint8Array) => {
    const sealed = await compute.seal(segment.key, Buffer.alloc(12), plain, associated);
    return openFrame(compute, place, sealed);
  };
  const lengthOf = (length: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(length);
    return bytes;
  };
  const inflating = await compute.compress(Buffer.alloc(4 * frameBytesMax), 3);
  const body = await compute.compress(text('hello hello hello hello'), 3);
  const seeds = [
    Buffer.concat([Buffer.from([0]), lengthOf(5), text('hello')]),
    Buffer.concat([Buffer.from([1]), lengthOf(23), body]),
    Buffer.concat([Buffer.from([1]), lengthOf(frameBytesMax), inflating]),
    Buffer.concat([Buffer.from([1]), lengthOf(100), inflating]),
  ];
  return { name: 'frame', seeds, parse };
}

async function repackTargets(): Promise<FuzzTarget[]> {
  const target = { objectId: 'o', keyId: id, idPrefix: 'ab', key: 'cd', contents: 1 };
  const plan = {
    pack: { namePrefix: 'packs/1-s-1-', footerIdPrefix: 'ab', footerKey: 'cd' },
    sources: [{ segment: id, pack: 'packs/1-s-1-ab', offset: 8, key: 'ef' }],
    frames: [{ source: 0, frame: 0, offset: 0, length: 10 }],
    targets: [target],
    contents: [{ contentId, frame: 0, offset: 0, length: 5 }],
  };
  const result = { pack: 'packs/1-s-1-ab', packLength: 9, segments: [], damaged: [] };
  return [
    {
      name: 'repack plan',
      seeds: [await encodePlan(compute, plan)],
      parse: (bytes) => decodePlan(compute, bytes),
    },
    {
      name: 'repack result',
      seeds: [await encodeResult(compute, result)],
      parse: (bytes) => decodeResult(compute, bytes),
    },
  ];
}

function rootTarget(): FuzzTarget {
  const seeds = [text('meta/1-s-1-ab:8:100:0'), text('meta/1-s-1-ab:8:100:3:0')];
  return {
    name: 'root',
    seeds,
    parse: (bytes) => decodeRoot(Buffer.from(bytes).toString('utf8')),
  };
}
