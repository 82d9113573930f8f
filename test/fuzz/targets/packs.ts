import {
  decodeFooter,
  decodeTrailer,
  encodeContentRecord,
  encodeFooter,
  encodeTrailer,
} from '../../../shared/src/repository/pack/pack-layout.ts';
import { readFooter } from '../../../shared/src/repository/pack/read-footer.ts';
import { sealBox } from '../../../shared/src/repository/segment/box.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { mutateLedJson } from '../mutate-json.ts';
import { compute, contentId, id, key, ports, text } from './fuzz-ports.ts';

const pack = 'packs/1-s-1-ab';
const opening = { key, kind: 'footer' } as const;

export function packTargets(): readonly FuzzTarget[] {
  const segment = { id, kind: 'data', offset: 8, frames: [100, 200], keyId: id } as const;
  const shared = { ...segment, objectId: '', segmentKey: 'AAAA' };
  const segments = [{ ...segment, objectId: 'o' }, shared];
  const record = encodeContentRecord({ contentId, segment: 0, frame: 1, offset: 0, length: 5 });
  const footer = encodeFooter({ pack, segments }, [record, record]);
  const trailer = encodeTrailer({ footerBytes: 9, segments: 1 });
  return [
    { name: 'trailer', seeds: [trailer], share: 4, parse: decodeTrailer },
    { name: 'footer', seeds: [footer], mutate: mutateLedJson, share: 6, parse: decodeFooter },
    {
      name: 'pack end',
      seeds: [footer],
      mutate: mutateLedJson,
      share: 2,
      parse: async (mutated, chance) => {
        const box = await sealBox(ports, opening, mutated);
        const lies = chance.once(2) ? 0 : chance.below(0xffffffff);
        const end = encodeTrailer({ footerBytes: lies || box.length, segments: segments.length });
        await endOf(Buffer.concat([text('FIRNPK1\n'), box, end]));
      },
    },
  ];
}

function endOf(bytes: Uint8Array) {
  const get = async (name: string, range = { offset: 0, length: bytes.length }) => {
    const { offset, length } = range;
    const info = { name, size: bytes.length, storageClass: 'hot', modifiedAtMs: 0 } as const;
    const blob = { ...info, rehydrating: false };
    return { info: blob, bytes: bytes.subarray(offset, offset + length) };
  };
  return readFooter({ store: { get }, compute, footerKey: key, pack, length: bytes.length });
}
