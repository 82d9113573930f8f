import { decodeCharset } from './decode-charset.ts';
import { decodeQuotedPrintable } from './encoded-words.ts';
import {
  type HeaderField,
  rawHeader,
  readHeaders,
  type Structured,
  structuredHeader,
} from './mime-headers.ts';

const DEPTH_MAX = 30;
const PARTS_MAX = 2000;

/** A node of a MIME message. */
export interface MimePart {
  readonly fields: readonly HeaderField[];
  readonly contentType: Structured;
  readonly disposition: Structured;
  readonly encoding: string;
  /** The body as it stands in the message, still encoded. */
  readonly raw: Uint8Array;
  readonly children: readonly MimePart[];
}

/** Reads any bytes as a MIME message; what is malformed becomes text, nothing fails. */
export function parseMime(bytes: Uint8Array): MimePart {
  return parsePart(bytes, { depth: 0, left: { parts: PARTS_MAX } });
}

interface Limits {
  readonly depth: number;
  readonly left: { parts: number };
}

function parsePart(bytes: Uint8Array, limits: Limits): MimePart {
  const { fields, bodyStart } = readHeaders(bytes, 0, bytes.byteLength);
  const contentType = structuredHeader(rawHeader(fields, 'content-type') ?? 'text/plain');
  const raw = bytes.subarray(bodyStart);
  const boundary = contentType.params.get('boundary');
  const isMultipart = contentType.value.startsWith('multipart/') && boundary !== undefined;
  limits.left.parts -= 1;
  const isDeep = limits.depth >= DEPTH_MAX || limits.left.parts <= 0;
  return {
    fields,
    contentType,
    disposition: structuredHeader(rawHeader(fields, 'content-disposition')),
    encoding: (rawHeader(fields, 'content-transfer-encoding') ?? '7bit').trim().toLowerCase(),
    raw,
    children:
      isMultipart && !isDeep
        ? splitParts(raw, boundary).map((part) =>
            parsePart(part, { depth: limits.depth + 1, left: limits.left }),
          )
        : [],
  };
}

interface BoundaryLine {
  readonly start: number;
  /** Where the next line begins. */
  readonly end: number;
  readonly isLast: boolean;
}

function* boundaryLines(text: Buffer, boundary: string): Generator<BoundaryLine> {
  const marker = Buffer.from(`--${boundary}`, 'utf8');
  for (let at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, at + 1)) {
    const after = at + marker.length;
    const newline = text.indexOf(10, after);
    const end = newline < 0 ? text.length : newline + 1;
    const rest = text.toString('latin1', after, end).trim();
    const isLine = at === 0 || text[at - 1] === 10;
    if (isLine && (rest === '' || rest.startsWith('--'))) {
      yield { start: at, end, isLast: rest.startsWith('--') };
    }
  }
}

/** The bytes between the boundary lines; an unfinished last part counts. */
function splitParts(body: Uint8Array, boundary: string): readonly Uint8Array[] {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const parts: Uint8Array[] = [];
  let partStart = -1;
  for (const line of boundaryLines(text, boundary)) {
    if (partStart >= 0) {
      parts.push(text.subarray(partStart, trimNewline(text, partStart, line.start)));
    }
    if (line.isLast) return parts;
    partStart = line.end;
  }
  if (partStart >= 0) parts.push(text.subarray(partStart));
  return parts;
}

function trimNewline(text: Uint8Array, start: number, end: number): number {
  let at = end;
  if (at > start && text[at - 1] === 10) at -= 1;
  if (at > start && text[at - 1] === 13) at -= 1;
  return at;
}

/** The content of a leaf, without its transfer encoding. */
export function decodeContent(part: MimePart): Uint8Array {
  const latin1 = (): string => Buffer.from(part.raw).toString('latin1');
  if (part.encoding === 'base64') return Buffer.from(latin1(), 'base64');
  if (part.encoding === 'quoted-printable') return decodeQuotedPrintable(latin1());
  return part.raw;
}

/** The content of a text leaf in its character set. */
export function decodeText(part: MimePart): string {
  return decodeCharset(decodeContent(part), part.contentType.params.get('charset'));
}
