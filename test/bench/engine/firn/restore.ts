import { chmod, mkdir, open as openFile, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { mapConcurrent } from '@firn/shared/lifecycle/concurrency';
import type { ObjectReader, ReadItem } from '@firn/shared/repository/point/point-reader';
import type { Repository } from '@firn/shared/repository/repository';
import { jobId, objectsAtOnce } from './engine.ts';

/** The newest restore point, with names, times and modes. */
export async function restore(engine: Repository, target: string): Promise<void> {
  const pointId = engine.restorePoints(jobId).at(-1)?.pointId ?? '';
  const point = await engine.openPoint({ jobId, pointId });
  const restoreObject = async ({ objectId }: { readonly objectId: string }) =>
    writeObject(await point.object(objectId), target);
  for await (const _ of mapConcurrent(point.objects(), objectsAtOnce, restoreObject));
}

async function writeObject(object: ObjectReader, target: string): Promise<void> {
  const made = new Set<string>();
  for await (const read of object.readInPackOrder()) {
    if (read.failure !== undefined) throw read.failure;
    const path = join(target, read.item.itemId);
    const folder = dirname(path);
    if (!made.has(folder)) await mkdir(folder, { recursive: true });
    made.add(folder);
    await writeItem(path, read);
  }
  for await (const { folderId, properties } of object.folders()) {
    const path = join(target, folderId);
    await mkdir(path, { recursive: true });
    await setTimes(path, { mode: properties['mode'], modified: properties['modified'] });
  }
}

async function writeItem(path: string, read: ReadItem): Promise<void> {
  const file = await openFile(path, 'w');
  try {
    for await (const bytes of read.content()) await file.write(bytes);
  } finally {
    await file.close();
  }
  await setTimes(path, { mode: read.item.properties['mode'], modified: read.item.date });
}

interface Times {
  readonly mode: unknown;
  readonly modified: unknown;
}

async function setTimes(path: string, { mode, modified }: Times): Promise<void> {
  const time = new Date(String(modified));
  await chmod(path, Number(mode) & 0o7777);
  await utimes(path, time, time);
}
