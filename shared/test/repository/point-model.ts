import { createHash } from 'node:crypto';
import type { PointReader } from '../../src/repository/point/point-reader.ts';
import { collected, someBytes } from './test-repository.ts';

export interface ModelItem {
  /** `<seed>:<bytes>`, or neverStored. */
  readonly content: string;
  readonly folderId: string;
}

/** Object → item → what it is. */
export type PointModel = ReadonlyMap<string, ReadonlyMap<string, ModelItem>>;

/** Of an item that failed whenever it was read. */
export const neverStored = 'never stored';

export function bytesOf(content: string): Uint8Array {
  const [seed = '', length] = content.split(':');
  return someBytes(seed, Number(length));
}

/** What a point shows, and what the model says, in one form: digests in place of contents. */
export async function shownBy(point: PointReader): Promise<readonly string[]> {
  const shown: string[] = [];
  for (const objectId of point.objectIds) {
    const object = await point.object(objectId);
    shown.push(objectId);
    for await (const { item, failure, content } of object.readInPackOrder()) {
      const isMissing = item.failed?.neverStored === true;
      if (failure !== undefined && !isMissing) throw failure;
      const digest = isMissing ? neverStored : digestOf(await collected(content()));
      shown.push(`${objectId} ${item.folderId}/${item.itemId} ${digest}`);
    }
  }
  return shown.sort();
}

/** @param isShown of an item; default: all are */
export function saidBy(
  model: PointModel,
  isShown: (itemId: string) => boolean = () => true,
): readonly string[] {
  const said: string[] = [];
  for (const [objectId, items] of model) {
    said.push(objectId);
    for (const [itemId, { content, folderId }] of items) {
      if (!isShown(itemId)) continue;
      said.push(`${objectId} ${folderId}/${itemId} ${digestOfContent(content)}`);
    }
  }
  return said.sort();
}

const digests = new Map<string, string>();

function digestOfContent(content: string): string {
  if (content === neverStored) return neverStored;
  const digest = digests.get(content) ?? digestOf(bytesOf(content));
  digests.set(content, digest);
  return digest;
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
