import { chmodSync, mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { mapConcurrent } from '@firn/shared/lifecycle/concurrency';
import type { ObjectReader } from '@firn/shared/repository/point/point-reader';
import type { Repository } from '@firn/shared/repository/repository';
import { jobId, objectsAtOnce } from './engine.ts';
import { FileWriter } from './file-writer.ts';
import { writeLargeFile } from './large-file.ts';

const largeBytes = 1024 * 1024;

/** The newest restore point, with names, times and modes. */
export async function restore(engine: Repository, target: string): Promise<void> {
  const pointId = engine.restorePoints(jobId).at(-1)?.pointId ?? '';
  const point = await engine.openPoint({ jobId, pointId });
  const writer = new FileWriter();
  const restoreObject = async ({ objectId }: { readonly objectId: string }) =>
    writeFiles(await point.object(objectId), target, writer);
  for await (const _ of mapConcurrent(point.objects(), objectsAtOnce, restoreObject));
  await writer.close();
  // Whatever is written into a folder changes its time.
  const finishObject = async ({ objectId }: { readonly objectId: string }) =>
    finishFolders(await point.object(objectId), target);
  for await (const _ of mapConcurrent(point.objects(), objectsAtOnce, finishObject));
}

async function writeFiles(object: ObjectReader, target: string, writer: FileWriter): Promise<void> {
  for await (const { item, failure, content } of object.readInPackOrder({}, { isLent: true })) {
    if (failure !== undefined) throw failure;
    const { itemId, date, properties } = item;
    const modifiedMs = Date.parse(date);
    const mode = modeOf(properties);
    const file = { path: join(target, itemId), mode, modifiedMs };
    if (item.size >= largeBytes) await writeLargeFile(file, content());
    else await writer.write(file, content());
  }
}

async function finishFolders(object: ObjectReader, target: string): Promise<void> {
  for await (const { folderId, properties } of object.folders()) {
    const path = join(target, folderId);
    mkdirSync(path, { recursive: true });
    const time = new Date(String(properties['modified']));
    chmodSync(path, modeOf(properties));
    utimesSync(path, time, time);
  }
}

function modeOf(properties: Readonly<Record<string, unknown>>): number {
  return Number(properties['mode']) & 0o7777;
}
