import { isAppError } from '@firn/shared/errors/app-error';
import { rootsOfObjects } from '@firn/shared/repository/erase/erasure-plan';
import type { MarkedKeys } from '@firn/shared/repository/garbage/stray-keys';
import type { LogState } from '@firn/shared/repository/log/state';
import type { Writer } from './backup-session.ts';
import type { KeyOwner } from './model-format.ts';
import { putPack } from './pack-writer.ts';
import { storeOf } from './scene.ts';

const idBytes = 16;
const epochDigits = 4;

/** Puts what is to be destroyed of an object, and says so in the log, if nothing came meanwhile. */
export async function eraseObject(writer: Writer, objectId: string): Promise<void> {
  const { scene, process, log } = writer;
  const objects = new Set([objectId]);
  const planned = rootsOfObjects(await log.refresh(), objects);
  if (planned.size === 0) return;
  const erasureId = Buffer.from(process.entropy.randomBytes(idBytes)).toString('hex');
  const keyIds = new Set([...planned].flatMap((root) => scene.format.keysOf(root)));
  scene.format.erasures.set(erasureId, [...keyIds]);
  await putPack(scene, process, { name: `erased/${erasureId}`, bytes: new Uint8Array(1) });
  if (!scene.conduct.entersErasureFirst) await destroyKeysOf(writer, [...keyIds], new Map());
  const appended = await log.append((state) => {
    const isPlanned = [...rootsOfObjects(state, objects)].every((root) => planned.has(root));
    return isPlanned ? { type: 'erase', erasureId, objects: [objectId] } : undefined;
  });
  if (appended === undefined) return;
  const erased = [...appended.state.erased].filter(([id]) => objects.has(id));
  await destroyKeysOf(writer, [...keyIds], new Map(erased));
}

/** Keys that nobody needs, and those of erased objects that are there again. */
export async function destroyStrays(writer: Writer, marked: MarkedKeys): Promise<void> {
  const { scene } = writer;
  const keysOfErasure = async (id: string) => scene.format.erasures.get(id) ?? [];
  await scene.conduct.destroyStrayKeys({ ...storedKeys(writer), keysOfErasure }, marked);
}

async function destroyKeysOf(
  writer: Writer,
  keyIds: readonly string[],
  erased: LogState['erased'],
): Promise<void> {
  await writer.scene.conduct.destroyKeys(storedKeys(writer), keyIds, erased);
}

/** The real functions see the model's keys. */
function storedKeys({ scene, process }: Writer) {
  const store = storeOf(scene, process);
  const ownerOf = async (id: string) => {
    const owner = scene.format.keyOwnerOf((await store.get(`keys/${id}`)).bytes);
    return owner && { id, ...owner };
  };
  const keys = { ownerOf, destroy: (id: string) => store.delete(`keys/${id}`) };
  return { ports: { store }, keys };
}

/** Whether new states may go under the key: a rotation has every object get another one. */
export function isCurrentKey({ scene }: Writer, keyId: string): boolean {
  return Number.parseInt(keyId.slice(0, epochDigits), 16) === scene.controller.keyEpoch;
}

/** A new key of an object: stored before anything lies under it. Its id begins with the epoch. */
export async function newKey({ scene, process }: Writer, owner: KeyOwner): Promise<string> {
  const epoch = scene.controller.keyEpoch.toString(16).padStart(epochDigits, '0');
  const random = Buffer.from(process.entropy.randomBytes(idBytes)).toString('hex');
  const id = `${epoch}${random.slice(epochDigits)}`;
  await putPack(scene, process, { name: `keys/${id}`, bytes: scene.format.encodeKey(owner) });
  return id;
}

/** What the storage refuses is tried again in the next round. */
export function isForNextRound(error: unknown): boolean {
  return isAppError(error) && (error.retry === 'later' || error.code === 'E_BLOB_NOT_FOUND');
}
