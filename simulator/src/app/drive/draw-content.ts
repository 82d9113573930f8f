import { isTextName } from '../../domain/drive/drive-names.ts';
import type { FileContent } from '../../domain/drive/file-content.ts';
import type { RandomStream } from '../../domain/random-stream.ts';
import type { Hasher } from '../../ports/hasher.ts';
import { SeededContent } from './seeded-content.ts';

const SMALL_BYTES_MIN = 200;
const SMALL_BYTES_MAX = 300_000;
const LARGE_BYTES_MIN = 2_500_000;
const LARGE_BYTES_MAX = 5_000_000;

export type SizeClass = 'empty' | 'small' | 'large';

/** Content that fits a name; small sizes are spread evenly over the orders of magnitude. */
export function drawContent(
  random: RandomStream,
  file: { name: string; sizeClass?: SizeClass; hasher: Hasher },
): FileContent {
  return new SeededContent({
    sizeBytes: drawSizeBytes(random, file.sizeClass ?? drawSizeClass(random)),
    style: isTextName(file.name) ? 'text' : 'binary',
    random: random.fork('bytes'),
    hasher: file.hasher,
  });
}

function drawSizeClass(random: RandomStream): SizeClass {
  if (random.chance(0.02)) return 'empty';
  return random.chance(0.02) ? 'large' : 'small';
}

function drawSizeBytes(random: RandomStream, sizeClass: SizeClass): number {
  if (sizeClass === 'empty') return 0;
  if (sizeClass === 'large') {
    return LARGE_BYTES_MIN + random.below(LARGE_BYTES_MAX - LARGE_BYTES_MIN);
  }
  const exponent = random.next() * Math.log(SMALL_BYTES_MAX / SMALL_BYTES_MIN);
  return Math.round(SMALL_BYTES_MIN * Math.exp(exponent));
}
