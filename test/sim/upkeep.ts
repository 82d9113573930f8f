import { AppError } from '@firn/shared/errors/app-error';
import type { MarkedKeys } from '@firn/shared/repository/garbage/stray-keys';
import type { PointRef } from '@firn/shared/repository/log/entry';
import { advanceCutoff, expirePoints, retireObject } from '@firn/shared/repository/log/expiry';
import {
  condemnUnreferenced,
  dropExpiredPins,
  type ListPacks,
  type Marker,
} from '@firn/shared/repository/log/garbage';
import { patiently } from '@firn/shared/repository/log/patience';
import { beginSession, closeSession, relocateSegments } from '@firn/shared/repository/log/sessions';
import type { LogState } from '@firn/shared/repository/log/state';
import { rootsOf } from '@firn/shared/repository/log/state/roots';
import { listPacks, readBlob, readCatalog, type Writer } from './backup-session.ts';
import { destroyStrays, eraseObject, isForNextRound } from './erase.ts';
import {
  type Catalog,
  makeRoot,
  packOf,
  packsOf,
  parseRoot,
  relocationId,
} from './model-format.ts';
import { newPackName, putPack } from './pack-writer.ts';
import { storeOf } from './scene.ts';
import { dayMs, hourMs } from './world.ts';

/** Expiry, marking, sweeping: what the owner does beside its sessions. */
export class Upkeep {
  readonly #writer: Writer;
  readonly #catalogs = new Map<string, Catalog>();
  readonly #marker: Marker;
  readonly #list: ListPacks;
  /** By the first marking of a round. */
  #marked: MarkedKeys | undefined;

  constructor(writer: Writer) {
    const { scene, process } = writer;
    this.#writer = writer;
    this.#list = async () => [
      ...(await listPacks(scene, process, 'packs/')),
      ...(await listPacks(scene, process, 'meta/')),
    ];
    this.#marker = {
      referencedPacks: async (roots, state) => {
        if (scene.world.random.chance(scene.habits.slowMarkings)) {
          await process.clock.sleep(scene.world.random.between(hourMs, 30 * hourMs));
        }
        this.#marked ??= {
          state,
          needed: new Set([...roots].flatMap((root) => scene.format.keysOf(root))),
        };
        const packs = new Set(holdersOf(state));
        const relocation = scene.format.relocationOf(state);
        for (const root of roots) {
          for (const pack of packsOf(relocation, root, await this.#catalog(root))) packs.add(pack);
        }
        return packs;
      },
      relocatedPacks: async (state) =>
        new Set([...holdersOf(state), ...scene.format.relocationOf(state).values()]),
    };
  }

  /** One round. What the storage refuses today is done in the next. */
  async round(): Promise<void> {
    const { scene, process, log } = this.#writer;
    this.#marked = undefined;
    try {
      if (!scene.controller.isClosing) await this.#expire();
      await dropExpiredPins(log, storeOf(scene, process));
      const marker = scene.conduct.marker(this.#marker);
      await condemnUnreferenced(log, { marker, listPacks: this.#list });
      await scene.conduct.sweep(log, { store: storeOf(scene, process), listPacks: this.#list });
      if (this.#marked !== undefined) await destroyStrays(this.#writer, this.#marked);
    } catch (error) {
      if (!isForNextRound(error)) throw error;
    }
  }

  async #catalog(root: string): Promise<Catalog> {
    const known = this.#catalogs.get(root);
    if (known !== undefined) return known;
    const { scene, process } = this.#writer;
    const catalog = await readCatalog(scene, process, root);
    if (catalog === undefined) throw new AppError('E_BLOB_NOT_FOUND', `${root} is gone`);
    this.#catalogs.set(root, catalog);
    return catalog;
  }

  async #expire(): Promise<void> {
    const { scene, log } = this.#writer;
    const { random } = scene.world;
    const jobId = random.pick([...log.state.points.keys()]);
    if (jobId === undefined) return;
    const objects = [...(log.state.points.get(jobId) ?? [])];
    const erased = random.chance(this.#writer.scene.habits.erasing) && random.pick(objects)?.[0];
    if (erased) return eraseObject(this.#writer, erased);
    const roll = random.between(0, 10);
    if (roll < 5) {
      const some = objects.flatMap(([id, { points }]) => this.#some(jobId, id, points));
      await expirePoints(log, some);
    } else if (roll < 8) {
      const cutoffMs = log.state.headAtMs - random.between(0, 4 * dayMs);
      await advanceCutoff(log, { jobId, cutoffMs });
    } else if (roll < 9) {
      const objectId = random.pick(objects)?.[0];
      if (objectId !== undefined) await retireObject(log, { jobId, objectId });
    }
  }

  #some(
    jobId: string,
    objectId: string,
    points: readonly { readonly sessionId: string }[],
  ): readonly PointRef[] {
    const { world, habits } = this.#writer.scene;
    return points
      .filter(() => world.random.chance(habits.expiring))
      .map(({ sessionId }) => ({ jobId, objectId, sessionId }));
  }
}

/** Of consolidation and repair. */
export const maintenanceJobId = 'maintenance';

function holdersOf({ relocation }: LogState): string[] {
  return relocation === undefined ? [] : [parseRoot(relocation.root).metaName];
}

/** Writes a pack's segment again into another pack, and says so in the log. */
export async function consolidate(writer: Writer, sessionId: string): Promise<void> {
  const { scene, process, log, epoch } = writer;
  const session = { jobId: maintenanceJobId, sessionId };
  const attempt = await beginSession(log, session);
  const delegation = { ...session, epoch, attempt };
  const { relocation } = log.state;
  const places = scene.format.relocationOf(log.state);
  scene.index.reconcile(log.state, places);
  const segment = await chosenSegment(writer);
  const bytes = segment && (await readBlob(scene, process, packOf(places, segment)));
  if (segment === undefined || !bytes) return closeSession(log, session);
  const pack = newPackName(process, 'packs', delegation);
  const contents = scene.format.contentsOf(bytes);
  await putPack(scene, process, { name: pack, bytes: scene.format.encodeData(contents) });
  await process.clock.sleep(scene.world.random.between(1, 12 * hourMs));
  const kept = await withoutForgotten(writer, places);
  const table = new Map([...kept, [segment, pack] as const]);
  const meta = newPackName(process, 'meta', delegation);
  const root = makeRoot(meta, relocationId);
  scene.format.relocations.set(root, table);
  const encoded = scene.format.encodeMeta(new Map([[relocationId, table]]));
  await putPack(scene, process, { name: meta, bytes: encoded });
  const after = relocation?.n ?? -1;
  await relocateSegments(log, { ...session, attempt, root, after, packs: [pack, meta] });
  await closeSession(log, session);
}

/** Mostly one that a root reaches; else any that the index knows. */
async function chosenSegment({ scene, process, log }: Writer): Promise<string | undefined> {
  const { random } = scene.world;
  const root = random.pick([...rootsOf(log.state)]);
  if (root === undefined || random.chance(0.2)) return random.pick(scene.index.segments());
  const catalog = await readCatalog(scene, process, root);
  return random.pick([...(catalog?.values() ?? [])]);
}

/** A row goes once its pack is deleted and its name forgotten: nobody can come to need it. */
async function withoutForgotten(writer: Writer, table: Catalog): Promise<Catalog> {
  const { scene, process, log } = writer;
  const kept = new Map<string, string>();
  for (const [segment, pack] of table) {
    const info = await patiently(process.clock, () => storeOf(scene, process).head(pack));
    const isStored = info !== undefined;
    if (scene.conduct.keepsRow(log.state, { pack, isStored })) kept.set(segment, pack);
  }
  return kept;
}
