import type { GearScan } from '../../src/repository/ports.ts';

const modulus = 2n ** 64n;

/** The gear hash word by word of docs/repository-format.md, for tests: slow. */
export function scanGearSlowly({ table, bytes, hash, mask }: GearScan) {
  const view = new DataView(table.buffer, table.byteOffset, table.length);
  let rolled = hash;
  for (const [at, byte] of bytes.entries()) {
    rolled = (2n * rolled + view.getBigUint64(byte * 8, true)) % modulus;
    if ((rolled & mask) === 0n) return { end: at + 1, hash: rolled };
  }
  return { end: undefined, hash: rolled };
}
