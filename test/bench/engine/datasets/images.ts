import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from './dataset.ts';
import { Random } from './random.ts';

const blockBytes = 64 * 1024;
/** A repetition lies where the first image has it, moved by this much and whatever was put in. */
const runBytes = 24 * 1024 * 1024;
const repeatedShare = 0.4;

/** Three disk images: two fifths of the later ones repeat stretches of the first, shifted. */
export function imagesDataset(imageBytes: number, seed = 3): Dataset {
  const names = ['one.img', 'two.img', 'three.img'];
  return {
    name: 'images',
    create: async (folder) => {
      for (const [at, name] of names.entries()) {
        await writeImage(join(folder, name), { seed: seed + at, first: seed, imageBytes, at });
      }
    },
    change: async (folder) => {
      const random = new Random(seed + 100);
      const file = await open(join(folder, 'one.img'), 'r+');
      try {
        for (let done = 0; done < imageBytes * 0.03; done += blockBytes) {
          await file.write(random.bytes(blockBytes), 0, blockBytes, random.below(imageBytes));
        }
      } finally {
        await file.close();
      }
      return undefined;
    },
  };
}

interface Image {
  readonly seed: number;
  /** Seed of the image that is repeated. */
  readonly first: number;
  readonly imageBytes: number;
  readonly at: number;
}

async function writeImage(path: string, image: Image): Promise<void> {
  const random = new Random(image.seed * 7919);
  const file = await open(path, 'w');
  try {
    for (let written = 0; written < image.imageBytes; ) {
      const repeats = image.at > 0 && random.next() < repeatedShare;
      const from = Math.floor(written / blockBytes);
      const seed = repeats ? image.first : image.seed;
      const shift = repeats ? random.bytes(1 + random.below(4_000)) : Buffer.alloc(0);
      await file.write(shift);
      written += shift.length;
      for (let block = 0; block < runBytes / blockBytes; block += 1) {
        await file.write(blockOf(seed, from + block));
        written += blockBytes;
      }
    }
    await file.truncate(image.imageBytes);
  } finally {
    await file.close();
  }
}

/** A third empty, a third text-like, a third dense: as file systems are. */
function blockOf(seed: number, block: number): Buffer {
  const random = new Random(seed * 1_000_003 + block);
  const kind = random.below(3);
  if (kind === 0) return Buffer.alloc(blockBytes, random.below(4));
  const dense = random.bytes(blockBytes);
  if (kind === 1) return dense;
  return dense.map((byte) => 97 + (byte % 6)) as Buffer;
}
