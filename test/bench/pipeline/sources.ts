import { Random } from '../engine/datasets/random.ts';
import { Vocabulary } from '../engine/datasets/text.ts';

const poolBytes = 32 * 1024 * 1024;
const mailMedianBytes = 40_000;
const mailSigma = 1.12;
const mailBytesMax = 4 * 1024 * 1024;
const attachmentShare = 0.1;
const blockBytes = 64 * 1024;

/** Contents are cut from a pool, so that making them costs next to nothing. */
export class Sources {
  readonly #random = new Random(7);
  readonly #text: Buffer;
  readonly #base64: Buffer;
  readonly #dense: Buffer;

  constructor() {
    const vocabulary = new Vocabulary(new Random(0));
    const text = vocabulary.text(this.#random, poolBytes / 4);
    this.#text = Buffer.from(text, 'latin1');
    this.#dense = this.#random.bytes(poolBytes / 4);
    this.#base64 = Buffer.from(this.#dense.toString('base64'), 'latin1');
  }

  /** Different messages of 75 KB in the mean; one in ten is mostly an attachment. Reused: copy it. */
  *mails(count: number): Generator<Buffer> {
    const mail = Buffer.alloc(mailBytesMax);
    for (let n = 0; n < count; n += 1) {
      const wanted = Math.round(this.#random.logNormal(mailMedianBytes, mailSigma));
      const length = Math.max(500, Math.min(mailBytesMax, wanted));
      const hasAttachment = this.#random.next() < attachmentShare;
      this.#fill(mail, length, hasAttachment ? this.#base64 : this.#text);
      mail.write(`Message-ID: <${n}@example.com>\r\n`, 'latin1');
      yield mail.subarray(0, length);
    }
  }

  /** A disk image: a third empty, a third text, a third dense. */
  async *image(bytes: number): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes; at += blockBytes) {
      const block = Buffer.alloc(Math.min(blockBytes, bytes - at));
      const kind = this.#random.below(3);
      if (kind > 0) this.#fill(block, block.length, kind === 1 ? this.#text : this.#dense);
      if (kind > 0) block.writeDoubleBE(at);
      yield block;
    }
  }

  #fill(target: Buffer, length: number, pool: Buffer): void {
    for (let at = 0; at < length; ) {
      const from = this.#random.below(pool.length / 2);
      at += pool.copy(target, at, from, Math.min(pool.length, from + length - at));
    }
  }
}
