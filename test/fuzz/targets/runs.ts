import { decoding } from '../../../shared/src/repository/damaged.ts';
import { decodeAddress, encodeAddress } from '../../../shared/src/repository/index/address.ts';
import { decodeDirectory } from '../../../shared/src/repository/run/decode-directory.ts';
import {
  decodeEntries,
  encodeEntry,
  type RunKind,
} from '../../../shared/src/repository/run/run-layout.ts';
import { searchableFrame } from '../../../shared/src/repository/run/searchable-frame.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { mutateJson } from '../mutate-json.ts';
import { contentId, id, json } from './fuzz-ports.ts';

const address = encodeAddress({
  ...{ segment: id, frame: 1, frameOffset: 2, frameLength: 3, offset: 4, length: 5 },
});

const keysOf: Readonly<Record<RunKind, readonly string[]>> = {
  catalog: ['fa', 'ib', 'xä'],
  index: [contentId, 'cd'.repeat(32)],
  table: [id, 'ff'.repeat(16)],
};

export function runTargets(): readonly FuzzTarget[] {
  const directory = {
    entries: 2,
    frames: [{ first: 'fa', length: 100 }],
    last: 'ib',
    segments: [id],
  };
  return [
    ...(['catalog', 'index', 'table'] as const).map(frameTarget),
    {
      name: 'run directory',
      seeds: [json(directory)],
      mutate: mutateJson,
      share: 3,
      parse: decodeDirectory,
    },
    {
      name: 'address',
      seeds: [address],
      share: 2,
      parse: (bytes) => decoding('an address', () => decodeAddress(bytes)),
    },
  ];
}

function frameTarget(kind: RunKind): FuzzTarget {
  const entries = keysOf[kind].map((key) => encodeEntry(kind, { key, value: address }));
  const removed = kind === 'index' ? [] : [encodeEntry(kind, { key: 'ff', value: undefined })];
  return {
    name: `${kind} frame`,
    seeds: [Buffer.concat([...entries, ...removed])],
    share: 3,
    parse: (bytes) => {
      for (const { key, value } of decodeEntries(kind, bytes)) {
        if (kind === 'index' && value !== undefined) decodeAddress(value);
        searchableFrame(kind, bytes).find(key);
      }
    },
  };
}
