interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Bytes from a writer to one reader, one chunk at a time: push resolves when
 * the reader asks for more, so nothing piles up. After fail, and when the
 * reader stops early, push rejects.
 */
export class ByteChannel implements AsyncIterable<Uint8Array> {
  #chunk: Uint8Array | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #reader: Waiting | undefined;
  #writer: Waiting | undefined;

  push(chunk: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    this.#chunk = chunk;
    this.#wakeReader();
    return new Promise((resolve, reject) => {
      this.#writer = { resolve, reject };
    });
  }

  end(): void {
    this.#ended = true;
    this.#wakeReader();
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wakeReader();
    this.#writer?.reject(error);
    this.#writer = undefined;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      const chunk = this.#chunk;
      if (chunk !== undefined) {
        this.#chunk = undefined;
        yield chunk;
        this.#writer?.resolve();
        this.#writer = undefined;
      } else if (this.#ended) {
        return;
      } else {
        await new Promise<void>((resolve, reject) => {
          this.#reader = { resolve, reject };
        });
      }
    }
  }

  #wakeReader(): void {
    this.#reader?.resolve();
    this.#reader = undefined;
  }
}
