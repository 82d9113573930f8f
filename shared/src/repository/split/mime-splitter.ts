import type { Base64Lines } from '../catalog/row.ts';
import { Attachment } from './attachment.ts';
import type { Base64Compute } from './base64-decoder.ts';
import type { ContentSplitter, ItemSplitter, PartBytes, SplitPart } from './content-splitter.ts';
import { HeaderBlock, mayBeginHeader } from './header-block.ts';

export interface MimeSplitterOptions {
  readonly compute: Base64Compute;
  /** Attachments with fewer decoded bytes stay where they are. Default 64 KiB. */
  readonly attachmentBytesMin?: number;
}

/** Cuts base64 attachments out of MIME messages. Everything else passes as it is. */
export class MimeSplitter implements ContentSplitter {
  readonly #options: Required<MimeSplitterOptions>;

  constructor({ compute, attachmentBytesMin = 64 * 1024 }: MimeSplitterOptions) {
    this.#options = { compute, attachmentBytesMin };
  }

  open(): ItemSplitter {
    return new MessageSplitter(this.#options);
  }
}

/** Of one item: a row names each of them. */
const attachmentsMax = 512;
/** A longer line is not looked at; in mail the limit is 998 (RFC 5322, section 2.1.1). */
const lineBytesMax = 16 * 1024;
/** Base64 without a line end so far in is one line. */
const base64LineBytesMax = 1002;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const delimiterStart = Buffer.from('--', 'latin1');
const delimiterLine = Buffer.from('\n--', 'latin1');

/**
 * Where the next byte lies:
 * - header: at the beginning of a line of a header. An empty line ends it → base64,
 *   header (of a message in the message), text, or opaque when there is nothing to find;
 *   a line that no header has → text, or opaque at the beginning of the item.
 * - base64: at the beginning of a base64 body → attachment at its first line.
 * - attachment: in a base64 body → text (or opaque) where it ends or gets odd.
 * - text: at the beginning of a line → header behind a line that begins with `--`.
 * - opaque: to the end.
 * Boundaries are not compared with what headers say: a line that looks like one and
 * is none leads to attachments that are none, and these come back as they were too.
 */
type State = 'header' | 'base64' | 'attachment' | 'text' | 'opaque';

/** Returns how many bytes were dealt with; undefined: it takes more to decide. */
type Step = Generator<PartBytes, number | undefined>;

class MessageSplitter implements ItemSplitter {
  readonly #options: Required<MimeSplitterOptions>;
  #state: State = 'header';
  #isFirstHeader = true;
  #isMultipart = false;
  #header = new HeaderBlock();
  #attachment: Attachment | undefined;
  #attachments = 0;
  #raw: SplitPart = { base64: undefined };
  #held = Buffer.alloc(0);

  constructor(options: Required<MimeSplitterOptions>) {
    this.#options = options;
  }

  *push(bytes: Uint8Array): Generator<PartBytes> {
    const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const source = this.#held.length === 0 ? given : Buffer.concat([this.#held, given]);
    const done = yield* this.#run(source, false);
    this.#held = Buffer.from(source.subarray(done));
  }

  *end(): Generator<PartBytes> {
    const source = this.#held;
    const done = yield* this.#run(source, true);
    yield* this.#asItIs(source.subarray(done));
  }

  *#run(source: Buffer, isLast: boolean): Generator<PartBytes, number> {
    let at = 0;
    while (at < source.length || (isLast && this.#attachment !== undefined)) {
      const taken: number | undefined = yield* this.#step(source.subarray(at), isLast);
      if (taken === undefined) break;
      at += taken;
    }
    return at;
  }

  *#step(source: Buffer, isLast: boolean): Step {
    switch (this.#state) {
      case 'header':
        return yield* this.#readHeaderLine(source, isLast);
      case 'base64':
        return yield* this.#openAttachment(source, isLast);
      case 'attachment':
        return yield* this.#readAttachment(source, isLast);
      case 'text':
        return yield* this.#readText(source, isLast);
      case 'opaque':
        yield* this.#asItIs(source);
        return source.length;
    }
  }

  *#readHeaderLine(source: Buffer, isLast: boolean): Step {
    const end = source.subarray(0, lineBytesMax).indexOf(lineFeed);
    if (end < 0) {
      const mayGoOn = source.length < lineBytesMax && !isLast && this.#mayBegin(source);
      if (!mayGoOn) this.#leaveHeader();
      return mayGoOn ? undefined : 0;
    }
    const line = source.subarray(0, source[end - 1] === carriageReturn ? end - 1 : end);
    if (line.length > 0 && !this.#header.add(line)) {
      this.#leaveHeader();
      return 0;
    }
    if (line.length === 0) this.#endHeader();
    else this.#isFirstHeader = false;
    yield* this.#asItIs(source.subarray(0, end + 1));
    return end + 1;
  }

  #mayBegin(source: Buffer): boolean {
    return !this.#isFirstHeader || mayBeginHeader(source);
  }

  /** It was none: at the beginning of an item it is no message. */
  #leaveHeader(): void {
    this.#state = this.#isFirstHeader ? 'opaque' : this.#inText();
  }

  #endHeader(): void {
    const kind = this.#header.bodyKind();
    this.#header = new HeaderBlock();
    this.#isFirstHeader = false;
    this.#isMultipart ||= kind === 'multipart';
    if (kind === 'base64') this.#state = 'base64';
    else if (kind === 'message') this.#state = 'header';
    else this.#state = this.#inText();
  }

  #inText(): State {
    const hasMore = this.#isMultipart && this.#attachments < attachmentsMax;
    return hasMore ? 'text' : 'opaque';
  }

  *#openAttachment(source: Buffer, isLast: boolean): Step {
    const end = source.subarray(0, base64LineBytesMax).indexOf(lineFeed);
    if (end < 0 && source.length < base64LineBytesMax && !isLast) return undefined;
    const lines = linesOf(source, end);
    if (lines === undefined) {
      yield* this.#asItIs(source.subarray(0, end + 1));
      return end + 1;
    }
    const { compute, attachmentBytesMin: bytesMin } = this.#options;
    this.#attachment = new Attachment({ compute, lines, raw: this.#raw, bytesMin });
    this.#state = 'attachment';
    return 0;
  }

  *#readAttachment(source: Buffer, isLast: boolean): Step {
    const attachment = this.#attachment;
    if (attachment === undefined) return 0;
    const taken = yield* attachment.take(source, isLast);
    if (!attachment.isEnd) return taken === 0 ? undefined : taken;
    this.#attachment = undefined;
    if (attachment.isCutOut) {
      this.#attachments += 1;
      this.#raw = { base64: undefined };
    }
    this.#state = this.#inText();
    return taken;
  }

  *#readText(source: Buffer, isLast: boolean): Step {
    if (!isLast && source.length < lineBytesMax && !source.includes(lineFeed)) {
      if (source.length < delimiterStart.length || startsDelimiter(source)) return undefined;
    }
    if (startsDelimiter(source)) return yield* this.#readDelimiter(source);
    const found = source.indexOf(delimiterLine);
    const end = found >= 0 ? found + 1 : 1 + source.lastIndexOf(lineFeed);
    const taken = end > 0 ? end : source.length;
    yield* this.#asItIs(source.subarray(0, taken));
    return taken;
  }

  *#readDelimiter(source: Buffer): Step {
    const end = source.indexOf(lineFeed);
    const taken = end < 0 ? source.length : end + 1;
    yield* this.#asItIs(source.subarray(0, taken));
    this.#header = new HeaderBlock();
    if (end >= 0) this.#state = 'header';
    return taken;
  }

  *#asItIs(bytes: Uint8Array): Generator<PartBytes> {
    if (bytes.length > 0) yield { part: this.#raw, bytes };
  }
}

function startsDelimiter(source: Buffer): boolean {
  return source.subarray(0, delimiterStart.length).equals(delimiterStart);
}

/** By the first line. Undefined: the line is empty. */
function linesOf(source: Buffer, end: number): Base64Lines | undefined {
  if (end < 0) return { lineLength: 0, lineEnd: '\n' };
  const isCrLf = source[end - 1] === carriageReturn;
  const lineLength = isCrLf ? end - 1 : end;
  return lineLength === 0 ? undefined : { lineLength, lineEnd: isCrLf ? '\r\n' : '\n' };
}
