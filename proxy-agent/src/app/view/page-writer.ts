/** No page on the link is larger: docs/protocol.md, "View". */
const pageBytesMax = 512 * 1024;
/** For the cursor and the brackets. */
const reservedBytes = 8 * 1024;

/** A page of JSON rows that never grows beyond what the link takes. */
export class PageWriter {
  readonly #rows: string[] = [];
  #bytes = 0;

  get count(): number {
    return this.#rows.length;
  }

  /** False when the row does not fit any more. */
  add(row: unknown): boolean {
    const json = JSON.stringify(row);
    const bytes = new TextEncoder().encode(json).length + 1;
    if (this.#bytes + bytes > pageBytesMax - reservedBytes) return false;
    this.#rows.push(json);
    this.#bytes += bytes;
    return true;
  }

  /** @param nextCursor undefined on the last page */
  end(nextCursor: string | undefined): Uint8Array {
    const cursor = nextCursor === undefined ? '' : `,"nextCursor":${JSON.stringify(nextCursor)}`;
    return new TextEncoder().encode(`{"items":[${this.#rows.join(',')}]${cursor}}`);
  }
}
