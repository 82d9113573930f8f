import { contentRecordBytes, type PackContent, writeContentRecord } from './pack-layout.ts';

/** Of this many, more than 64 KiB: memory that goes back to the system as soon as it is free. */
const recordsOfBlock = 1_366;

/**
 * Content records of a footer, end to end: a pack of small mails has some ten
 * thousand, and a buffer of its own for each would take several times its size.
 */
export class ContentRecords {
  readonly #blocks: Uint8Array[] = [];
  #inLast = recordsOfBlock;

  add(content: PackContent): void {
    if (this.#inLast === recordsOfBlock) {
      this.#blocks.push(new Uint8Array(recordsOfBlock * contentRecordBytes));
      this.#inLast = 0;
    }
    const block = this.#blocks.at(-1);
    if (block !== undefined) writeContentRecord(block, this.#inLast * contentRecordBytes, content);
    this.#inLast += 1;
  }

  /** All records, in their order. */
  parts(): Uint8Array[] {
    const last = this.#inLast * contentRecordBytes;
    return this.#blocks.map((block, at) =>
      at === this.#blocks.length - 1 ? block.subarray(0, last) : block,
    );
  }
}
