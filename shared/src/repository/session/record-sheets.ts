import { invariant } from '../../errors/invariant.ts';
import { toHex, utf8 } from '../bytes.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { MetaPacks, MetaRef } from '../meta/meta-packs.ts';
import { encodeRoot, type StoredRecord } from '../object/object-record.ts';
import type { RepositoryPorts } from '../ports.ts';
import { sealBox } from '../segment/box.ts';

export interface RecordSheetsOptions {
  readonly ports: RepositoryPorts;
  readonly keys: KeyRing;
  readonly meta: MetaPacks;
}

const sheetBytes = 128 * 1024;

interface Sheet {
  readonly records: string[];
  length: number;
  /** Once it is in a meta pack. */
  ref: MetaRef | undefined;
}

/** A record that was put into a sheet. */
export class PlacedRecord {
  readonly #sheet: Sheet;
  readonly #ordinal: number;
  readonly #failedItems: number;

  constructor(sheet: Sheet, failedItems: number) {
    this.#sheet = sheet;
    this.#ordinal = sheet.records.length - 1;
    this.#failedItems = failedItems;
  }

  /** Undefined until the sheets were flushed. */
  get pack(): string | undefined {
    return this.#sheet.ref?.pack;
  }

  /** What the commit says of the object. MUST be asked only once the sheets were flushed. */
  get root(): string {
    const { ref } = this.#sheet;
    invariant(ref !== undefined, 'a record has no root before its sheet is stored');
    return encodeRoot({ ref, ordinal: this.#ordinal, failedItems: this.#failedItems });
  }
}

/**
 * The object records of a session: many share a sheet, so that they are sealed,
 * stored and read together. docs/repository-format.md, "Object record".
 */
export class RecordSheets {
  readonly #options: RecordSheetsOptions;
  #open: Sheet | undefined;
  #sealing: Promise<void> = Promise.resolve();

  constructor(options: RecordSheetsOptions) {
    this.#options = options;
  }

  async add(record: StoredRecord, failedItems: number): Promise<PlacedRecord> {
    const json = JSON.stringify(record);
    const isFull = this.#open !== undefined && this.#open.length + json.length > sheetBytes;
    const sealed = isFull ? this.flush() : undefined;
    this.#open ??= { records: [], length: 0, ref: undefined };
    const sheet = this.#open;
    sheet.records.push(json);
    sheet.length += json.length + 1;
    const placed = new PlacedRecord(sheet, failedItems);
    await sealed;
    return placed;
  }

  /** Resolves when all records so far are in meta packs. A failure fails all that follow. */
  flush(): Promise<void> {
    const sheet = this.#open;
    this.#open = undefined;
    if (sheet !== undefined) {
      this.#sealing = this.#sealing.then(() => this.#seal(sheet));
      // Who flushes next is told.
      this.#sealing.catch(() => undefined);
    }
    return this.#sealing;
  }

  async #seal(sheet: Sheet): Promise<void> {
    const { ports, keys, meta } = this.#options;
    const sealing = { key: keys.derived.meta, kind: 'record' } as const;
    const box = await sealBox(ports, sealing, utf8(sheet.records.join('\n')));
    const id = toHex(box.subarray(0, 16));
    const frames = [box.length - 16];
    sheet.ref = await meta.append({ id, kind: 'record', frames, keyId: '', objectId: '' }, box);
  }
}
