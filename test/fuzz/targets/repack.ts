import {
  decodePlan,
  decodeResult,
  encodePlan,
  encodeResult,
} from '../../../shared/src/repository/repack/plan-codec.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { mutateJson, mutateLedJson } from '../mutate-json.ts';
import { bomb, compute, contentId, id, u32 } from './fuzz-ports.ts';

const hex = (byte: string, bytes: number) => byte.repeat(bytes);

const plan = {
  pack: {
    namePrefix: 'packs/1-s-1-',
    storageClass: 'archive' as const,
    footerIdPrefix: hex('ab', 8),
    footerKey: hex('cd', 32),
  },
  sources: [{ segment: id, pack: 'packs/1-s-1-ab', offset: 8, key: hex('ef', 32) }],
  frames: [{ source: 0, frame: 0, offset: 0, length: 10 }],
  targets: [
    {
      objectId: 'o',
      keyId: id,
      idPrefix: hex('ab', 8),
      key: hex('cd', 32),
      contentIdSecret: hex('ef', 32),
      contents: 1,
    },
  ],
  contents: [{ contentId, frame: 0, offset: 0, length: 5 }],
};

const result = {
  ...{ pack: 'packs/1-s-1-ab', packLength: 9 },
  segments: [{ target: 0, id, offset: 8, frames: [100], contents: [1] }],
  damaged: [{ contents: [0], pack: 'packs/1-s-1-ab', message: 'm' }],
};

export async function repackTargets(): Promise<readonly FuzzTarget[]> {
  return [
    {
      name: 'repack plan',
      seeds: [await plainOf(await encodePlan(compute, plan))],
      mutate: mutateLedJson,
      share: 3,
      parse: async (plain) => decodePlan(compute, await packed(plain)),
    },
    {
      name: 'repack result',
      seeds: [await plainOf(await encodeResult(compute, result))],
      mutate: mutateJson,
      share: 3,
      parse: async (plain) => decodeResult(compute, await packed(plain)),
    },
    {
      name: 'repack message, packed',
      seeds: [
        await encodePlan(compute, plan),
        Buffer.concat([u32(1_000), await bomb(1024 * 1024)]),
        Buffer.concat([u32(4 * 1024 * 1024), await bomb(16 * 1024 * 1024)]),
      ],
      share: 0.5,
      parse: (bytes) => decodePlan(compute, bytes),
    },
  ];
}

async function packed(plain: Uint8Array): Promise<Uint8Array> {
  return Buffer.concat([u32(plain.length), await compute.compress(plain, 1)]);
}

function plainOf(bytes: Uint8Array): Promise<Uint8Array> {
  return compute.decompress(bytes.subarray(4), 1024 * 1024);
}
