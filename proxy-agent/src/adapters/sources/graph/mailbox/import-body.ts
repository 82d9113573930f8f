import { ByteCollector } from '@firn/shared/memory/byte-collector';

/** Encoded at once; a multiple of 3. */
const blockBytes = 48 * 1024;

/** The JSON of one import, made while the item's content arrives: the item is not held beside it. */
export class ImportBody {
  readonly #json = new ByteCollector();
  /** Less than three bytes: their characters depend on what follows. */
  readonly #held = Buffer.alloc(3);
  #heldSize = 0;

  /** @param content pieces need be good only until the next */
  static async of(folderId: string, content: AsyncIterable<Uint8Array>): Promise<ImportBody> {
    const body = new ImportBody();
    const head = JSON.stringify({ FolderId: folderId, Mode: 'create' }).slice(0, -1);
    body.#json.push(Buffer.from(`${head},"Data":"`));
    for await (const piece of content) body.#add(piece);
    body.#encodeHeld();
    body.#json.push(Buffer.from('"}'));
    return body;
  }

  /** Good until it is discarded. */
  get bytes(): Buffer {
    return this.#json.bytes;
  }

  /** Frees its memory. Only when nothing of it is being sent any more. */
  discard(): void {
    this.#json.discard();
  }

  #add(piece: Uint8Array): void {
    const missing = this.#heldSize === 0 ? 0 : 3 - this.#heldSize;
    this.#hold(piece.subarray(0, missing));
    if (this.#heldSize === 3) this.#encodeHeld();
    const rest = piece.subarray(missing);
    const whole = rest.length - (rest.length % 3);
    for (let at = 0; at < whole; at += blockBytes) {
      this.#encode(rest.subarray(at, Math.min(at + blockBytes, whole)));
    }
    this.#hold(rest.subarray(whole));
  }

  #hold(bytes: Uint8Array): void {
    this.#held.set(bytes, this.#heldSize);
    this.#heldSize += bytes.length;
  }

  #encodeHeld(): void {
    this.#encode(this.#held.subarray(0, this.#heldSize));
    this.#heldSize = 0;
  }

  #encode({ buffer, byteOffset, length }: Uint8Array): void {
    const text = Buffer.from(buffer, byteOffset, length).toString('base64');
    this.#json.advance(this.#json.reserve(text.length).write(text, 'latin1'));
  }
}
