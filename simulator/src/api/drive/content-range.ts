import type { FragmentRange, FragmentRefusal } from '../../domain/drive/upload-session.ts';
import { GraphError } from '../core/graph-error.ts';
import { invalidRequest } from './drive-refusals.ts';

/** `Content-Range: bytes 0-25/128`, in keeping with Content-Length. */
export function readContentRange(headers: ReadonlyMap<string, string>): FragmentRange {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '');
  if (!match) throw invalidRequest('A Content-Range header (bytes start-end/total) is required.');
  const range = { start: Number(match[1]), end: Number(match[2]), total: Number(match[3]) };
  const declared = headers.get('content-length');
  if (declared !== undefined && Number(declared) !== range.end - range.start + 1) {
    throw invalidRequest('Content-Length and Content-Range disagree.', 'fragmentLengthMismatch');
  }
  return range;
}

/** Says in the service's words why a fragment was refused. */
export function refuseFragment(refusal: FragmentRefusal | undefined): void {
  switch (refusal) {
    case undefined:
      return;
    case 'fragmentOverlap':
      throw invalidRange('Uploaded fragment overlaps with existing data.', refusal);
    case 'fragmentOutOfOrder':
      throw invalidRange('Uploaded fragment is out of order.', refusal);
    case 'maxFragmentLengthExceeded':
      throw new GraphError({
        status: 413,
        code: 'invalidRequest',
        message: 'A fragment must be smaller than 60 MiB.',
        headers: { connection: 'close' },
        inner: { code: refusal },
      });
    case 'fragmentNotAligned':
      throw invalidRequest('The size of a fragment must be a multiple of 327680 bytes.');
    case 'totalChanged':
      throw invalidRequest('The total size differs from that of the fragments before.');
    case 'fragmentLengthMismatch':
      throw invalidRequest('The range does not lie within the file.', refusal);
  }
}

function invalidRange(message: string, innerCode: string): GraphError {
  return new GraphError({
    status: 416,
    code: 'invalidRange',
    message,
    inner: { code: innerCode },
  });
}
