import { createHash } from 'node:crypto';
import type { PointReader } from '../../src/repository/point/point-reader.ts';
import { collected, someBytes } from './test-repository.ts';

/** Object → item → `<seed>:<bytes>` of its content. */
export type PointModel = ReadonlyMap<string, ReadonlyMap<string, string>>;

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
      if (failure !== undefined) throw failure;
      shown.push(`${objectId} ${item.itemId} ${digestOf(await collected(content()))}`);
    }
  }
  return shown.sort();
}

export function saidBy(model: PointModel): readonly string[] {
  const said: string[] = [];
  for (const [objectId, items] of model) {
    said.push(objectId);
    for (const [itemId, content] of items)
      said.push(`${objectId} ${itemId} ${digestOfContent(content)}`);
  }
  return said.sort();
}

const digests = new Map<string, string>();

function digestOfContent(content: string): string {
  const digest = digests.get(content) ?? digestOf(bytesOf(content));
  digests.set(content, digest);
  return digest;
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
