/** Tables for eight bytes at a time ("slicing by eight") of a reflected 32-bit CRC. */
export function crc32Tables(polynomial: number): readonly Uint32Array[] {
  const first = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    first[byte] = crc >>> 0;
  }
  const tables = [first];
  for (let slice = 1; slice < 8; slice += 1) {
    const before = tables[slice - 1] ?? first;
    tables.push(before.map((crc) => (crc >>> 8) ^ at(first, crc & 0xff)));
  }
  return tables;
}

/** A table's entry; the caller masks the index to the table's size. */
export function at(table: Uint32Array, index: number): number {
  return table[index] as number;
}
