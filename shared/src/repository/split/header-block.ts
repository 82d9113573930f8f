/** What follows a block of header fields (RFC 5322, section 2.2; RFC 2045). */
export type BodyKind = 'base64' | 'multipart' | 'message' | 'other';

/** Of a field's value: no more is looked at. */
const valueCharactersMax = 100;
/** A name is shorter: else the bytes are no header. */
const nameBytesMax = 100;
const colon = ':'.charCodeAt(0);

/** Reads the fields of one header, line by line, as far as they say where attachments are. */
export class HeaderBlock {
  #name = '';
  #value = '';
  #isEncoded = false;
  #kind: BodyKind = 'other';

  /** @param line without its end; not empty. @returns false: no header has such a line */
  add(line: Buffer): boolean {
    if (isBlank(line[0]) && this.#name !== '') {
      this.#append(line);
      return true;
    }
    const end = nameLength(line);
    if (end === undefined) return false;
    this.#take();
    this.#name = line.toString('latin1', 0, end).toLowerCase();
    this.#value = '';
    this.#append(line.subarray(end + 1));
    return true;
  }

  /** After the empty line. */
  bodyKind(): BodyKind {
    this.#take();
    const canBeEncoded = this.#kind === 'other' || this.#kind === 'message';
    return this.#isEncoded && canBeEncoded ? 'base64' : this.#kind;
  }

  #append(text: Buffer): void {
    const room = valueCharactersMax - this.#value.length;
    if (room > 0) this.#value = (this.#value + text.toString('latin1', 0, room)).trimStart();
  }

  #take(): void {
    const value = this.#value.trim().toLowerCase();
    if (this.#name === 'content-transfer-encoding') this.#isEncoded = value === 'base64';
    if (this.#name !== 'content-type') return;
    if (value.startsWith('multipart/')) this.#kind = 'multipart';
    else if (value.startsWith('message/rfc822')) this.#kind = 'message';
  }
}

/** Whether a header may begin so: as far as the bytes go, a name and its colon. */
export function mayBeginHeader(bytes: Buffer): boolean {
  return nameLength(bytes) !== undefined || (bytes.length < nameBytesMax && isName(bytes));
}

/** Bytes before the colon of a field; undefined: it is none. */
function nameLength(line: Buffer): number | undefined {
  const end = line.subarray(0, nameBytesMax).indexOf(colon);
  return end > 0 && isName(line.subarray(0, end)) ? end : undefined;
}

/** Printable ASCII but the colon; blanks before the colon are obsolete, and harmless. */
function isName(bytes: Buffer): boolean {
  return bytes.every((byte) => (byte > 0x20 && byte < 0x7f && byte !== colon) || isBlank(byte));
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}
