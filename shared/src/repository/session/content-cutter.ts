/** Content is cut into pieces of this size; the last one is smaller. */
const pieceBytes = 1024 * 1024;

/** Cuts bytes, given one after the other, into contents. What it yields is valid until the next call. */
export class ContentCutter {
  readonly #piece = new Uint8Array(pieceBytes);
  #length = 0;

  /** The contents that are whole by now. To be read to its end before the next call. */
  *push(bytes: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + pieceBytes - this.#length);
      this.#piece.set(part, this.#length);
      this.#length += part.length;
      at += part.length;
      if (this.#length < pieceBytes) return;
      yield this.#piece;
      this.#length = 0;
    }
  }

  /** Forgets what was given. */
  reset(): void {
    this.#length = 0;
  }

  /** The rest; nothing of what ends with a whole piece. Then other bytes may be given. */
  *end(): Generator<Uint8Array> {
    const rest = this.#piece.subarray(0, this.#length);
    this.reset();
    if (rest.length > 0) yield rest;
  }
}
