import { notImplemented, S3Error } from './s3-error.ts';

/** The bytes [start, end). */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Reads `Range`; undefined for the whole body, as with a header that is none (RFC 9110, 14.2). */
export function readRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  if (header === undefined || !header.startsWith('bytes=')) return undefined;
  if (header.includes(',')) throw notImplemented('Header', 'Range with several ranges');
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header.replaceAll(' ', '')) ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') return suffix(header, Number(last), sizeBytes);
  const start = Number(first);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= sizeBytes) throw unsatisfiable(header, sizeBytes);
  return { start, end: last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1) };
}

/** Reads `x-amz-copy-source-range`: `bytes=first-last`, both within the source. */
export function readCopyRange(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | undefined {
  if (header === undefined) return undefined;
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  const range = { start: Number(first), end: Number(last) + 1 };
  if (first !== undefined && range.start < range.end && range.end <= sizeBytes) return range;
  throw new S3Error('InvalidArgument', {
    message:
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    elements: { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: header },
  });
}

function suffix(header: string, length: number, sizeBytes: number): ByteRange {
  if (length === 0 || sizeBytes === 0) throw unsatisfiable(header, sizeBytes);
  return { start: Math.max(0, sizeBytes - length), end: sizeBytes };
}

function unsatisfiable(header: string, sizeBytes: number): S3Error {
  return new S3Error('InvalidRange', {
    message: 'The requested range is not satisfiable',
    elements: { RangeRequested: header, ActualObjectSize: sizeBytes },
    headers: { 'content-range': `bytes */${sizeBytes}` },
  });
}
