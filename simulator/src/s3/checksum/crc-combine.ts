/** A reflected CRC: how many bits, and its polynomial in reflected form. */
export interface CrcShape {
  readonly bits: number;
  readonly polynomial: bigint;
}

/**
 * The CRC of two byte strings one after the other, from the CRC of each and the length of the
 * second: crc(a) times x to the power of its bits, modulo the polynomial, xor crc(b).
 */
export function combineCrc(
  shape: CrcShape,
  { first, second, secondBytes }: { first: bigint; second: bigint; secondBytes: number },
): bigint {
  let shift = powerOfX(shape, 8n);
  let product = first;
  for (let left = BigInt(secondBytes); left > 0n; left >>= 1n) {
    if (left & 1n) product = multiply(shape, product, shift);
    shift = multiply(shape, shift, shift);
  }
  return product ^ second;
}

function powerOfX({ bits }: CrcShape, power: bigint): bigint {
  // reflected: the highest bit is x^0
  return 1n << (BigInt(bits) - 1n - power);
}

function multiply({ bits, polynomial }: CrcShape, a: bigint, b: bigint): bigint {
  let product = 0n;
  let shifted = b;
  for (let bit = BigInt(bits) - 1n; bit >= 0n; bit -= 1n) {
    if ((a >> bit) & 1n) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ polynomial : shifted >> 1n;
  }
  return product;
}
