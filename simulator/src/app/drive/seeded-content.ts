import type { ContentDigests, FileContent } from '../../domain/drive/file-content.ts';
import type { RandomStream } from '../../domain/random-stream.ts';
import type { Hasher } from '../../ports/hasher.ts';
import { digestContent } from './content-digests.ts';

const BLOCK_BYTES = 64 * 1024;
const WORDS = (
  'the of and to in for with report budget quarter meeting customer invoice project draft plan ' +
  'review status delivery contract team number total open closed summary notes agenda offer'
).split(' ');

export type ContentStyle = 'text' | 'binary';

/** Content that exists only as a recipe: each block is derived from the stream when it is read. */
export class SeededContent implements FileContent {
  readonly sizeBytes: number;
  readonly #style: ContentStyle;
  readonly #random: RandomStream;
  readonly #hasher: Hasher;
  #digests: Promise<ContentDigests> | undefined;

  constructor(recipe: {
    sizeBytes: number;
    style: ContentStyle;
    random: RandomStream;
    hasher: Hasher;
  }) {
    this.sizeBytes = recipe.sizeBytes;
    this.#style = recipe.style;
    this.#random = recipe.random;
    this.#hasher = recipe.hasher;
  }

  async *read(range: { start: number; end: number }): AsyncGenerator<Uint8Array> {
    const end = Math.min(range.end, this.sizeBytes);
    let position = range.start;
    while (position < end) {
      const number = Math.floor(position / BLOCK_BYTES);
      const from = position - number * BLOCK_BYTES;
      const to = Math.min(BLOCK_BYTES, end - number * BLOCK_BYTES);
      yield this.#block(number).subarray(from, to);
      position = number * BLOCK_BYTES + to;
    }
  }

  digests(): Promise<ContentDigests> {
    this.#digests ??= digestContent(this, this.#hasher);
    return this.#digests;
  }

  #block(number: number): Uint8Array {
    const sizeBytes = Math.min(BLOCK_BYTES, this.sizeBytes - number * BLOCK_BYTES);
    const random = this.#random.fork(number);
    return this.#style === 'text' ? textBlock(random, sizeBytes) : binaryBlock(random, sizeBytes);
  }
}

function binaryBlock(random: RandomStream, sizeBytes: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(sizeBytes / 4));
  for (let i = 0; i < words.length; i += 1) words[i] = random.below(0x1_0000_0000);
  return new Uint8Array(words.buffer, 0, sizeBytes);
}

function textBlock(random: RandomStream, sizeBytes: number): Uint8Array {
  let text = '';
  while (text.length < sizeBytes) text += `${random.pick(WORDS)}${random.chance(0.1) ? '\n' : ' '}`;
  return Buffer.from(text.slice(0, sizeBytes), 'latin1');
}
