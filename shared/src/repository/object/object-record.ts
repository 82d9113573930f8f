import { damaged, naming } from '../damaged.ts';
import { decodeJson } from '../json.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { MetaReader, MetaRef } from '../meta/meta-packs.ts';
import type { Compute } from '../ports.ts';
import type { Levels, RunRef } from '../run/run-layout.ts';
import { openBox } from '../segment/box.ts';
import type { ObjectCounts, ObjectIdentity } from '../session/repository-session.ts';

export interface ObjectLevels {
  readonly catalog: Levels;
  readonly index: Levels;
  readonly table: Levels;
}

/** One object as a session committed it. docs/repository-format.md, "Object record". */
export interface ObjectRecord extends ObjectIdentity, ObjectLevels {
  readonly format: number;
  readonly jobId: string;
  readonly sessionId: string;
  readonly keyId: string;
  /** Of older key epochs, newest first: catalog runs may lie under them. */
  readonly olderKeyIds: readonly string[];
  /** The repository whose secret makes the content ids. */
  readonly contentIds: string;
  readonly mode: 'full' | 'incremental';
  readonly counts: ObjectCounts;
  readonly items: number;
  readonly folders: number;
  readonly failedItems: number;
  /** Box of the sync state. */
  readonly state: MetaRef;
}

/** What the log's commit says of an object. */
export interface Root {
  readonly ref: MetaRef;
  readonly failedItems: number;
}

export function encodeRoot({ ref, failedItems }: Root): string {
  return `${ref.pack}:${ref.offset}:${ref.length}:${failedItems}`;
}

export function decodeRoot(root: string): Root {
  const match = /^(meta\/[^:]+):(\d+):(\d+):(\d+)$/.exec(root);
  if (match === null) throw damaged(`a commit names the root ${root}, which is none`);
  const [, pack = '', offset, length, failedItems] = match;
  const ref = { pack, offset: Number(offset), length: Number(length) };
  return { ref, failedItems: Number(failedItems) };
}

export interface ReadRecord {
  readonly compute: Compute;
  readonly keys: KeyRing;
  readonly meta: MetaReader;
}

/** E_REPOSITORY_DAMAGED naming the meta pack. */
export async function readRecord(
  { compute, keys, meta }: ReadRecord,
  root: string,
): Promise<ObjectRecord> {
  const { ref } = decodeRoot(root);
  return naming(`an object record in ${ref.pack}`, { blob: ref.pack }, async () => {
    const opening = { key: keys.derived.meta, kind: 'record' } as const;
    return decodeJson<ObjectRecord>(await openBox(compute, opening, await meta.read(ref)));
  });
}

export function runsOf({ catalog, index, table }: ObjectLevels): RunRef[] {
  return [...catalog, ...index, ...table].flat();
}
