/** No page on the link is larger: docs/protocol.md, "View". */
const pageBytesMax = 512 * 1024;
/** For the cursor, the other members and the brackets. */
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

  /**
   * @param nextCursor undefined on the last page
   * @param more further members of the page
   */
  end(nextCursor: string | undefined, more: Readonly<Record<string, unknown>> = {}): Uint8Array {
    const members = Object.entries({ nextCursor, ...more })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`);
    return new TextEncoder().encode(`{"items":[${this.#rows.join(',')}]${members.join('')}}`);
  }
}

const limitDefault = 100;
const limitMax = 1000;

/** Of what was asked for; 0: nothing in particular. */
export function limitOf(limit: number): number {
  return limit === 0 ? limitDefault : Math.min(limit, limitMax);
}
