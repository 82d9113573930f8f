import { isAppError } from '@firn/shared/errors/app-error';
import { beginSession, closeSession, mendRoots } from '@firn/shared/repository/log/sessions';
import { rootsOf } from '@firn/shared/repository/log/state/roots';
import { listPacks, readBlob, readCatalog, type Writer } from './backup-session.ts';
import { type Catalog, makeRoot, packOf, parseRoot } from './model-format.ts';
import { type Delegation, newPackName, putPack } from './pack-writer.ts';
import { maintenanceJobId } from './upkeep.ts';
import { hourMs } from './world.ts';

/** Packs that a repair looks through for what was lost elsewhere. */
const searchedMax = 16;

/** Roots that show a content which is lost. */
export async function damagedRoots({ scene, process, log }: Writer): Promise<readonly string[]> {
  const damaged: string[] = [];
  for (const root of rootsOf(log.state)) {
    const catalog = await readCatalog(scene, process, root);
    const isDamaged = [...(catalog ?? [])].some(([content, segment]) =>
      scene.format.isLost(segment, content),
    );
    if (isDamaged) damaged.push(root);
  }
  return damaged;
}

/** Puts states without what was lost, or with what was found elsewhere, in place of damaged ones. */
export async function repair(
  writer: Writer,
  sessionId: string,
  damaged: readonly string[],
): Promise<void> {
  const { scene, process, log, epoch } = writer;
  const session = { jobId: maintenanceJobId, sessionId };
  const attempt = await beginSession(log, session);
  const isLost = (segment: string, content: string) => scene.format.isLost(segment, content);
  scene.index.forget(isLost);
  const mending = new Mending(writer, { ...session, epoch, attempt });
  for (const root of damaged) await mending.add(root);
  await process.clock.sleep(scene.world.random.between(1, 48 * hourMs));
  const { roots, packs } = mending;
  try {
    await mendRoots(log, { ...session, attempt, roots, packs });
  } catch (error) {
    // What was found is condemned by now: the next repair looks elsewhere.
    if (!isAppError(error, 'E_REPOSITORY_PACK_CONDEMNED')) throw error;
  }
  await closeSession(log, session);
}

class Mending {
  readonly roots = new Map<string, string>();
  readonly packs: string[] = [];
  readonly #writer: Writer;
  readonly #delegation: Delegation;

  constructor(writer: Writer, delegation: Delegation) {
    this.#writer = writer;
    this.#delegation = delegation;
  }

  /** Nothing when the root has gone meanwhile. */
  async add(root: string): Promise<void> {
    const { scene, process } = this.#writer;
    const before = await readCatalog(scene, process, root);
    if (before === undefined) return;
    const rows = await this.#mended(before);
    const { objectId } = parseRoot(root);
    const meta = newPackName(process, 'meta', this.#delegation);
    const mended = makeRoot(meta, objectId);
    scene.format.truth.set(mended, new Set(rows.keys()));
    scene.format.keys.set(mended, scene.format.keysOf(root));
    const bytes = scene.format.encodeMeta(new Map([[objectId, rows]]));
    await putPack(scene, process, { name: meta, bytes });
    this.roots.set(root, mended);
    this.packs.push(meta);
  }

  async #mended(before: Catalog): Promise<Catalog> {
    const { scene } = this.#writer;
    const rows = new Map<string, string>();
    for (const [content, segment] of before) {
      const isLost = scene.format.isLost(segment, content);
      const place = isLost ? await this.#find(content) : segment;
      if (place !== undefined) rows.set(content, place);
    }
    return rows;
  }

  /** A segment that holds the content and lies in the pack of its name. */
  async #find(content: string): Promise<string | undefined> {
    const { scene, process, log } = this.#writer;
    const { format, conduct, world } = scene;
    const names = [...(await listPacks(scene, process, 'packs/'))];
    const relocation = format.relocationOf(log.state);
    const usable = names.filter(
      (name) => packOf(relocation, name) === name && !log.state.condemned.has(name),
    );
    for (let n = 0; n < searchedMax; n += 1) {
      const name = world.random.pick(usable);
      const bytes = name && (await readBlob(scene, process, name));
      if (!name || !bytes || !format.contentsOf(bytes).has(content)) continue;
      if (conduct.namesFoundPacks) this.packs.push(name);
      return name;
    }
    return undefined;
  }
}
