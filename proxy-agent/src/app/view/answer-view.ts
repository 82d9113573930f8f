import { AppError } from '@firn/shared/errors/app-error';
import { assertNever, invariant } from '@firn/shared/errors/invariant';
import type { ListFolders, ListObjects, ViewResponse } from '@firn/shared/gen/firn/link/v1/link';
import type { Browsing } from './browsing.ts';
import { limitOf, PageWriter } from './page-writer.ts';
import { viewFolder, viewObject } from './view-rows.ts';
import type { ViewedPoint } from './viewed-points.ts';

/** Answers one question about a restore point: JSON of one page, at most 512 KiB. */
export async function answerView(
  browsing: Browsing,
  point: ViewedPoint,
  view: ViewResponse,
): Promise<Uint8Array> {
  switch (view.question?.$case) {
    case 'listObjects':
      return objects(point, view.question.value);
    case 'listFolders':
      return folders(point, view.question.value);
    case 'listItems':
      return browsing.items(point, view.question.value);
    case 'searchItems':
      return browsing.search(point, view.question.value);
    case undefined:
      throw new AppError('E_WORK_UNKNOWN', 'this version does not know the question');
    default:
      return assertNever(view.question);
  }
}

/** The cursor is the id of the last object of the page before. */
async function objects(point: ViewedPoint, question: ListObjects): Promise<Uint8Array> {
  const rows = point.objects(question.cursor === '' ? undefined : question.cursor);
  return listed(rows, question.limit, { id: ({ objectId }) => objectId, view: viewObject });
}

/** The cursor is the id of the last folder of the page before. */
async function folders(point: ViewedPoint, question: ListFolders): Promise<Uint8Array> {
  const reader = await point.object(question.objectId);
  const rows = reader.folders(question.cursor === '' ? undefined : question.cursor);
  return listed(rows, question.limit, { id: ({ folderId }) => folderId, view: viewFolder });
}

interface Listing<Row> {
  readonly id: (row: Row) => string;
  readonly view: (row: Row) => unknown;
}

/** A page of rows in order of ids, up to the limit or to what a page holds. */
async function listed<Row>(
  rows: AsyncIterable<Row>,
  limit: number,
  { id, view }: Listing<Row>,
): Promise<Uint8Array> {
  const page = new PageWriter();
  let last: string | undefined;
  for await (const row of rows) {
    if (page.count >= limitOf(limit) || !page.add(view(row))) {
      invariant(last !== undefined, `the row of ${id(row)} is larger than a page`);
      return page.end(last);
    }
    last = id(row);
  }
  return page.end(undefined);
}
