import { AppError } from '@firn/shared/errors/app-error';
import { assertNever } from '@firn/shared/errors/invariant';
import type { ListFolders, ListItems, ViewResponse } from '@firn/shared/gen/firn/link/v1/link';
import type { PointReader } from '@firn/shared/repository/point/point-reader';
import { PageWriter } from './page-writer.ts';
import { viewFolder, viewItem, viewObject } from './view-rows.ts';

const limitDefault = 100;
const limitMax = 1000;

/** Answers one question about a restore point: JSON of one page, at most 512 KiB. */
export async function answerView(point: PointReader, view: ViewResponse): Promise<Uint8Array> {
  switch (view.question?.$case) {
    case 'listObjects':
      return objects(point);
    case 'listFolders':
      return folders(point, view.question.value);
    case 'listItems':
      return items(point, view.question.value);
    case undefined:
      throw new AppError('E_WORK_UNKNOWN', 'this version does not know the question');
    default:
      return assertNever(view.question);
  }
}

async function objects(point: PointReader): Promise<Uint8Array> {
  const page = new PageWriter();
  for await (const object of point.objects()) if (!page.add(viewObject(object))) break;
  return page.end(undefined);
}

/** The cursor is the id of the last folder of the page before. */
async function folders(point: PointReader, question: ListFolders): Promise<Uint8Array> {
  const reader = await point.object(question.objectId);
  const page = new PageWriter();
  const limit = limitOf(question.limit);
  let last: string | undefined;
  for await (const folder of reader.folders()) {
    if (question.cursor !== '' && folder.folderId <= question.cursor) continue;
    if (page.count >= limit || !page.add(viewFolder(folder))) return page.end(last);
    last = folder.folderId;
  }
  return page.end(undefined);
}

/** When rows are too large for a page, a shorter one is asked for. */
async function items(point: PointReader, question: ListItems): Promise<Uint8Array> {
  const reader = await point.object(question.objectId);
  const { folderId } = question;
  const cursor = question.cursor === '' ? undefined : question.cursor;
  for (let limit = limitOf(question.limit); ; limit = Math.max(1, limit >> 1)) {
    const found = await reader.page({ folderId, cursor, limit });
    const page = new PageWriter();
    const fits = found.items.every((item) => page.add(viewItem(item)));
    if (fits || limit === 1) return page.end(found.cursor);
  }
}

function limitOf(limit: number): number {
  return limit === 0 ? limitDefault : Math.min(limit, limitMax);
}
