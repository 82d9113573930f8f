import { S3Error } from '../domain/s3-error.ts';

const LINE_BYTES_MAX = 4096;

/** Takes lines and byte counts from a stream of pieces; holds one piece and a part of a line. */
export class ChunkReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The text up to a line feed, without it and without a carriage return before it. */
  async line(): Promise<string> {
    let line = '';
    for (;;) {
      if (this.#piece.byteLength === 0) await this.#require();
      const end = this.#piece.indexOf(0x0a);
      const taken = this.#take(end < 0 ? this.#piece.byteLength : end + 1);
      line += Buffer.from(taken).toString('latin1');
      if (line.length > LINE_BYTES_MAX) throw incompleteBody();
      if (end >= 0) return line.replace(/\r?\n$/, '');
    }
  }

  /** The next `sizeBytes` bytes, as they come. */
  async *bytes(sizeBytes: number): AsyncGenerator<Uint8Array> {
    let left = sizeBytes;
    while (left > 0) {
      if (this.#piece.byteLength === 0) await this.#require();
      const taken = this.#take(Math.min(left, this.#piece.byteLength));
      left -= taken.byteLength;
      yield taken;
    }
  }

  /** Whether nothing is left. */
  async atEnd(): Promise<boolean> {
    while (this.#piece.byteLength === 0) {
      const next = await this.#source.next();
      if (next.done) return true;
      this.#piece = next.value;
    }
    return false;
  }

  /** Lets go of the source; what it still has can be read by others. */
  async release(): Promise<void> {
    await this.#source.return?.();
  }

  #take(sizeBytes: number): Uint8Array {
    const taken = this.#piece.subarray(0, sizeBytes);
    this.#piece = this.#piece.subarray(sizeBytes);
    return taken;
  }

  async #require(): Promise<void> {
    if (await this.atEnd()) throw incompleteBody();
  }
}

/** The refusal of a body that is not as long, or not of the form, that its headers say. */
export function incompleteBody(): S3Error {
  return new S3Error(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );
}
