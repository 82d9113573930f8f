import { isAppError } from '@firn/shared/errors/app-error';
import { packName } from '@firn/shared/repository/log/names';
import { patiently } from '@firn/shared/repository/log/patience';
import type { SessionAttempt } from '@firn/shared/repository/log/sessions';
import { type Scene, storeOf } from './scene.ts';
import { SimProcess } from './sim-process.ts';
import { hourMs } from './world.ts';

/** Under whom a pack is written: delegated to whoever writes it. */
export interface Delegation extends SessionAttempt {
  readonly epoch: number;
}

/** A fresh name for a pack of this delegation. */
export function newPackName(
  process: SimProcess,
  kind: 'packs' | 'meta',
  { epoch, sessionId, attempt }: Delegation,
): string {
  const random = Buffer.from(process.entropy.randomBytes(8)).toString('hex');
  return packName({ kind, epoch, sessionId, attempt, random });
}

/** Writes a pack and knows in the end that it is there. */
export async function putPack(
  scene: Scene,
  process: SimProcess,
  pack: { readonly name: string; readonly bytes: Uint8Array },
): Promise<void> {
  const store = storeOf(scene, process);
  await patiently(process.clock, async () => {
    try {
      await store.put(pack.name, pack.bytes, { ifAbsent: true });
    } catch (error) {
      if (!isAppError(error, 'E_BLOB_EXISTS')) throw error;
    }
  });
}

/** What a worker of the pool hands back: which pack holds what. */
export interface Manifest {
  readonly pack: string;
  readonly contents: readonly string[];
}

export interface Piece {
  readonly delegation: Delegation;
  readonly contents: readonly string[];
}

const handBackMsMax = 2 * hourMs;

/**
 * Lets a worker of the pool write a pack. onManifest is called in the process of
 * the owner, whenever the worker is done: late, or never.
 */
export function startWorker(
  scene: Scene,
  owner: SimProcess,
  piece: Piece & { readonly onManifest: (manifest: Manifest) => void },
): void {
  const { world, network, format } = scene;
  const worker = new SimProcess(world, `worker-${piece.delegation.sessionId}`, 0);
  const isFailing = world.random.chance(network.faults.workerFails);
  const run = async () => {
    await worker.clock.sleep(world.random.between(1, hourMs / 2));
    const name = newPackName(worker, 'packs', piece.delegation);
    await putPack(scene, worker, { name, bytes: format.encodeData(piece.contents) });
    const delayMs = world.random.between(1, isFailing ? 24 * hourMs : handBackMsMax / 4);
    owner.deliver(delayMs, `manifest of ${name}`, () =>
      piece.onManifest({ pack: name, contents: piece.contents }),
    );
  };
  if (isFailing && world.random.chance(0.5)) {
    world.schedule(world.random.between(1, hourMs), 'a worker fails', () => worker.kill());
  }
  run().catch((error: unknown) => world.fail('no unexpected error', String(error)));
}
