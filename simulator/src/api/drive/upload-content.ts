import { SpooledContent, spoolBody } from '../../app/drive/spooled-content.ts';
import { putFile, replaceContent, type Saved } from '../../domain/drive/create-item.ts';
import type { FileContent } from '../../domain/drive/file-content.ts';
import { mimeTypeOf } from '../../domain/drive/mime-type.ts';
import { type ApiResponse, json } from '../core/api-message.ts';
import type { GraphRoute } from '../core/graph-call.ts';
import { GraphError } from '../core/graph-error.ts';
import { contextUrl } from '../core/page-link.ts';
import type { DriveContext } from './drive-context.ts';
import { type DriveScope, itemRoutes } from './drive-scope.ts';
import { CONFLICT_OPTION, readConflict } from './item-body.ts';
import { itemView } from './item-view.ts';
import { type ContentPlace, checkQuota, placeOf } from './new-file.ts';
import { checkIfMatch } from './preconditions.ts';
import { UNITS } from './resource-units.ts';
import { frameOf } from './view-frame.ts';

const SIMPLE_UPLOAD_BYTES_MAX = 250 * 1024 * 1024;

/** `PUT …/content`: the whole file in one request; the only way to upload an empty one. */
export function uploadContentRoutes(context: DriveContext): GraphRoute[] {
  return itemRoutes(context, {
    method: 'PUT',
    suffix: '/content',
    query: [CONFLICT_OPTION],
    units: UNITS.write,
    handle: putContent,
  });
}

async function putContent(scope: DriveScope): Promise<ApiResponse> {
  const { call, context, drive } = scope;
  const conflict = readConflict(call.options.get(CONFLICT_OPTION)) ?? 'replace';
  const place = placeOf(scope);
  if (place.kind === 'existing') checkIfMatch(call, place.item);
  const parts = await spoolBody(context.spool, call.body.stream(), SIMPLE_UPLOAD_BYTES_MAX);
  if (!parts) throw tooLarge();
  const content = new SpooledContent(parts, context);
  checkQuota(drive, content.sizeBytes);
  const { item, created } = save(scope, place, { content, conflict });
  const view = await itemView(frameOf(scope), item);
  const answer = { '@odata.context': contextUrl(call, 'driveItems/$entity'), ...view };
  return json(created ? 201 : 200, answer);
}

function save(
  { drive }: DriveScope,
  place: ContentPlace,
  file: { content: FileContent; conflict: 'fail' | 'replace' | 'rename' },
): Saved {
  if (place.kind === 'existing') {
    return { item: replaceContent(drive.tree, place.item.id, file), created: false };
  }
  return putFile(drive.tree, {
    parentId: place.parent.id,
    name: place.name,
    mimeType: mimeTypeOf(place.name),
    ...file,
  });
}

function tooLarge(): GraphError {
  return new GraphError({
    status: 413,
    code: 'invalidRequest',
    message: `The request entity is larger than ${SIMPLE_UPLOAD_BYTES_MAX} bytes.`,
    headers: { connection: 'close' },
    inner: { code: 'maxFileSizeExceeded' },
  });
}
