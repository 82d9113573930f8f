import { AppError } from '@firn/shared/errors/app-error';
import { ByteCollector } from '@firn/shared/memory/byte-collector';
import { isRecord, type JsonRecord, recordAt, textAt } from '../client/json-value.ts';
import { Base64Text } from './base64-text.ts';

/** One answered id of an export call. */
export type ExportedItem =
  | { readonly itemId: string; readonly data: Buffer }
  | { readonly itemId: string; readonly code: string; readonly message: string };

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Told of the item alone: the others are read. */
const notBase64 = { code: 'data is no base64', message: '' } as const;

/** Longest text kept that is not item data: ids, messages, names. */
const jsonMaxBytes = 256 * 1024;

export interface ExportLimits {
  /** Of one item, decoded. */
  readonly itemMaxBytes: number;
}

/**
 * Reads the answer of exportItems piece by piece: `{…, "value": [{"itemId", …,
 * "data": "<base64>"}, …]}`. Only `data` is large; it is decoded while it
 * arrives, so that besides the decoded items no more than a piece of the network
 * is held, never the JSON text of the whole answer.
 *
 * Modes: outside a string everything is copied to the JSON text of the current
 * entry (depth 2); a string after the key `data` is decoded instead of copied.
 */
export class ExportParser {
  readonly #limits: ExportLimits;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #inData = false;
  /** JSON text of the current entry, without its data. */
  readonly #json = new ByteCollector();
  /** The last string and whether it is waiting for its colon. */
  readonly #lastString = new ByteCollector();
  #key = '';
  readonly #data = new Base64Text();

  constructor(limits: ExportLimits) {
    this.#limits = limits;
  }

  /** The entries that this piece completes. @throws AppError E_SOURCE_PROTOCOL, E_SOURCE_ITEM_TOO_LARGE */
  push(piece: Uint8Array): ExportedItem[] {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    const done: ExportedItem[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#inString) at = this.#takeString(bytes, at);
      else {
        const item = this.#takeMark(bytes[at] ?? 0);
        if (item !== undefined) done.push(item);
        at += 1;
      }
    }
    return done;
  }

  /** @throws AppError E_SOURCE_PROTOCOL when the answer was cut off */
  end(): void {
    if (this.#depth !== 0 || this.#inString) {
      throw new AppError('E_SOURCE_PROTOCOL', 'the export answer ends in the middle');
    }
  }

  /** Frees its memory; nothing more may be given. */
  discard(): void {
    this.#json.discard();
    this.#lastString.discard();
    this.#data.discard();
  }

  #takeString(bytes: Buffer, from: number): number {
    const end = this.#stringEnd(bytes, from);
    const text = bytes.subarray(from, end === -1 ? bytes.length : end);
    if (this.#inData) {
      this.#data.push(text);
      if (this.#data.size > this.#limits.itemMaxBytes) {
        const message = `an item is larger than ${this.#limits.itemMaxBytes} bytes`;
        throw new AppError('E_SOURCE_ITEM_TOO_LARGE', message);
      }
    } else {
      this.#copy(text);
      if (this.#depth === 2) this.#lastString.push(text);
    }
    if (end === -1) return bytes.length;
    this.#inString = false;
    this.#inData = false;
    this.#copyByte(quote);
    return end + 1;
  }

  /** Where the string that began before `from` ends; -1: not in this piece. */
  #stringEnd(bytes: Buffer, from: number): number {
    let at = from;
    if (this.#escaped) {
      this.#escaped = false;
      at += 1;
    }
    for (;;) {
      const end = bytes.indexOf(quote, at);
      const escapeAt = bytes.indexOf(backslash, at);
      if (escapeAt === -1 || (end !== -1 && end < escapeAt)) return end;
      if (escapeAt + 1 >= bytes.length) {
        this.#escaped = true;
        return -1;
      }
      at = escapeAt + 2;
    }
  }

  /** Anything outside strings. Gives the entry that a closing brace completes. */
  #takeMark(byte: number): ExportedItem | undefined {
    if (byte === openBrace) this.#open();
    this.#copyByte(byte);
    if (byte === quote) this.#startString();
    if (this.#depth === 2) this.#takeKeyMark(byte);
    if (byte !== closeBrace) return undefined;
    this.#depth -= 1;
    return this.#depth === 1 ? this.#finishEntry() : undefined;
  }

  #takeKeyMark(byte: number): void {
    if (byte === colon) this.#key = this.#lastString.takeText();
    else if (byte === comma) this.#key = '';
  }

  #open(): void {
    this.#depth += 1;
    if (this.#depth === 2) this.#startEntry();
  }

  #startEntry(): void {
    this.#json.clear();
    this.#key = '';
    this.#data.clear();
  }

  #startString(): void {
    this.#inString = true;
    this.#inData = this.#depth === 2 && this.#key === 'data';
    this.#lastString.clear();
  }

  #copy(bytes: Buffer): void {
    if (this.#hasRoom(bytes.length)) this.#json.push(bytes);
  }

  #copyByte(byte: number): void {
    if (this.#hasRoom(1)) this.#json.pushByte(byte);
  }

  /** False: outside of entries nothing is kept. */
  #hasRoom(count: number): boolean {
    if (this.#depth < 2) return false;
    if (this.#json.size + count <= jsonMaxBytes) return true;
    throw new AppError('E_SOURCE_PROTOCOL', 'an entry of the export answer is too large');
  }

  #finishEntry(): ExportedItem {
    const entry = parseEntry(this.#json.takeText());
    const itemId = textAt(entry, 'itemId') ?? '';
    // Microsoft's pages print the key as `Error`, its metadata as `error`.
    const error = recordAt(entry, 'error') ?? recordAt(entry, 'Error');
    if (error === undefined && typeof entry['data'] === 'string') {
      const data = this.#data.finish();
      return data === undefined ? { itemId, ...notBase64 } : { itemId, data };
    }
    const code = textAt(error ?? {}, 'code') ?? 'no data';
    return { itemId, code, message: textAt(error ?? {}, 'message') ?? '' };
  }
}

function parseEntry(json: string): JsonRecord {
  try {
    const value: unknown = JSON.parse(json);
    if (isRecord(value)) return value;
  } catch (cause) {
    throw new AppError('E_SOURCE_PROTOCOL', 'an entry of the export answer is not JSON', { cause });
  }
  throw new AppError('E_SOURCE_PROTOCOL', 'an entry of the export answer is not an object');
}
