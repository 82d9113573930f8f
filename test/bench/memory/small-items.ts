/** What the measured repositories hold: objects with many small items. */
import { createHash, randomBytes } from 'node:crypto';
import type { Repository } from '@firn/shared/repository/repository';
import type { NewItem } from '@firn/shared/repository/session/repository-session';
import type { StoredSession } from '@firn/shared/repository/session/stored-session';

export interface SmallItems {
  readonly objects: number;
  /** Of each object. */
  readonly items: number;
}

interface Change {
  readonly sessionId: string;
  readonly mode: 'full' | 'incremental';
  /** Items of each object that are put. */
  readonly numbers: () => Iterable<number>;
  readonly onItem: () => void;
}

const jobId = 'job';
const objectsAtOnce = 4;
const contentBytes = 1024;
const text = 'The quick brown fox jumps over the lazy dog. '.repeat(12);

/** One session that puts items into each object, several objects at the same time. */
export async function writeItems(repository: Repository, objects: number, change: Change) {
  const { sessionId } = change;
  const session = await repository.beginSession({ jobId, sessionId, attempt: 1 });
  let next = 0;
  const work = async () => {
    while (next < objects) {
      const n = next;
      next += 1;
      await writeObject(session, `mailbox-${n}`, change);
    }
  };
  await Promise.all(Array.from({ length: objectsAtOnce }, work));
  await session.commit({ done: true });
}

/** Lists all items of a point. */
export async function listItems(repository: Repository, pointId: string, onItem: () => void) {
  const point = await repository.openPoint({ jobId, pointId });
  for await (const { objectId } of point.objects()) {
    for await (const _ of (await point.object(objectId)).items()) onItem();
  }
}

/** All of them, the first time. */
export function* allOf(items: number): Generator<number> {
  for (let n = 0; n < items; n += 1) yield n;
}

/** One in a hundred: half of them are new, the others spread over what is there. */
export function* hundredthOf(items: number, round: number): Generator<number> {
  for (let n = round; n < items; n += 200) yield n;
  const added = Math.ceil(items / 200);
  for (let n = 0; n < added; n += 1) yield items + round * added + n;
}

async function writeObject(session: StoredSession, objectId: string, change: Change) {
  const { sessionId, mode, numbers, onItem } = change;
  await session.previous(objectId);
  const person = { userId: objectId, userPrincipalName: `${objectId}@example.com` };
  const identity = { objectId, kind: 'mailbox', displayName: objectId, ...person } as const;
  const writer = await session.object(identity);
  for (const n of numbers()) {
    await writer.putItem(anItem(objectId, n, sessionId), aContent());
    onItem();
  }
  await writer.finish({ syncState: randomBytes(500), mode, counts: {} });
}

/** Half of it random, half of it text, as a small mail is. */
function aContent(): Uint8Array {
  return Buffer.from(randomBytes(contentBytes / 4).toString('hex') + text);
}

function anItem(objectId: string, n: number, changeKey: string): NewItem {
  return {
    itemId: anItemId(objectId, n),
    folderId: `folder-${n % 20}`,
    name: `Subject of mail ${n}`,
    type: 'IPM.Note',
    changeKey,
    size: contentBytes,
    date: new Date(1_700_000_000_000 + n * 60_000).toISOString(),
    columns: { fromName: `Sender ${n % 500}`, fromAddress: `sender${n % 500}@example.com` },
    properties: {},
    format: 'fts',
  };
}

/** As long as those of the service, and in no order: the same one for the same number. */
function anItemId(objectId: string, n: number): string {
  const digest = createHash('sha256').update(`${objectId}/${n}`).digest();
  return `AAMkAGI2TG93AAA${digest.toString('base64url')}${'AAMkAGI2TG93AAA='.repeat(6)}`;
}
