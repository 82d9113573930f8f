/**
 * Arithmetic of base64 in lines. A line end stands before the first character of
 * the next line, so the last line has none.
 */
import type { Base64Lines } from '../catalog/row.ts';

/** Line ends among the first `characters`, when `column` are on the line already. */
export function lineEndsAmong(lines: Base64Lines, characters: number, column = 0): number {
  if (lines.lineLength === 0 || characters === 0) return 0;
  return Math.floor((column + characters - 1) / lines.lineLength);
}

/** Bytes of the first `characters` with the line ends among them. */
export function bytesOfCharacters(lines: Base64Lines, characters: number, column = 0): number {
  return characters + lineEndsAmong(lines, characters, column) * lines.lineEnd.length;
}

/** Characters on the current line after `characters` more. */
export function columnAfter(lines: Base64Lines, characters: number, column = 0): number {
  return column + characters - lineEndsAmong(lines, characters, column) * lines.lineLength;
}

/** Of so many bytes, when they are encoded. */
export function encodedBytes(lines: Base64Lines, decodedBytes: number): number {
  return bytesOfCharacters(lines, Math.ceil(decodedBytes / 3) * 4);
}
