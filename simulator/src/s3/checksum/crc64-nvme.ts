import { at } from './crc-table.ts';

/** The reflected polynomial of CRC-64/NVME [NVM Express, NVM Command Set: 64b CRC]. */
export const CRC64_NVME_POLYNOMIAL = 0x9a6c_9329_ac4b_c9b5n;

interface Tables {
  readonly high: readonly Uint32Array[];
  readonly low: readonly Uint32Array[];
}

const TABLES = makeTables();

/** A running CRC-64/NVME. The 64 bits are held as two halves: BigInt would be far slower. */
export class Crc64Nvme {
  #high = 0xffff_ffff;
  #low = 0xffff_ffff;

  update(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const whole = bytes.byteLength - (bytes.byteLength % 8);
    let offset = 0;
    for (; offset < whole; offset += 8) this.#eight(view, offset);
    for (; offset < bytes.byteLength; offset += 1) this.#one(view.getUint8(offset));
  }

  /** The finished value; updates may go on afterwards. */
  value(): bigint {
    return (BigInt(~this.#high >>> 0) << 32n) | BigInt(~this.#low >>> 0);
  }

  #eight(view: DataView, offset: number): void {
    const low = this.#low ^ view.getUint32(offset, true);
    const high = this.#high ^ view.getUint32(offset + 4, true);
    this.#high = fold(TABLES.high, low, high);
    this.#low = fold(TABLES.low, low, high);
  }

  #one(byte: number): void {
    const index = (this.#low ^ byte) & 0xff;
    const low = (this.#low >>> 8) | (this.#high << 24);
    this.#high = (this.#high >>> 8) ^ at(TABLES.high[0] as Uint32Array, index);
    this.#low = low ^ at(TABLES.low[0] as Uint32Array, index);
  }
}

function fold(tables: readonly Uint32Array[], low: number, high: number): number {
  return (
    at(tables[7] as Uint32Array, low & 0xff) ^
    at(tables[6] as Uint32Array, (low >>> 8) & 0xff) ^
    at(tables[5] as Uint32Array, (low >>> 16) & 0xff) ^
    at(tables[4] as Uint32Array, low >>> 24) ^
    at(tables[3] as Uint32Array, high & 0xff) ^
    at(tables[2] as Uint32Array, (high >>> 8) & 0xff) ^
    at(tables[1] as Uint32Array, (high >>> 16) & 0xff) ^
    at(tables[0] as Uint32Array, high >>> 24)
  );
}

function makeTables(): Tables {
  const values: bigint[] = [];
  for (let byte = 0n; byte < 256n; byte += 1n) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 1n ? (crc >> 1n) ^ CRC64_NVME_POLYNOMIAL : crc >> 1n;
    }
    values.push(crc);
  }
  const slices = [values];
  for (let slice = 1; slice < 8; slice += 1) {
    const before = slices[slice - 1] ?? values;
    slices.push(before.map((crc) => (crc >> 8n) ^ (values[Number(crc & 0xffn)] ?? 0n)));
  }
  return {
    high: slices.map((slice) => Uint32Array.from(slice, (crc) => Number(crc >> 32n))),
    low: slices.map((slice) => Uint32Array.from(slice, (crc) => Number(crc & 0xffff_ffffn))),
  };
}
