import { isAppError } from '@firn/shared/errors/app-error';
import { parsePackOrigin } from '@firn/shared/repository/log/names';
import { patiently } from '@firn/shared/repository/log/patience';
import type { RepositoryLog } from '@firn/shared/repository/log/repository-log';
import { beginSession, commitSession } from '@firn/shared/repository/log/sessions';
import { type LogState, newestPoint } from '@firn/shared/repository/log/state';
import { isCurrentKey, newKey } from './erase.ts';
import { type Catalog, makeRoot, packOf, packsOf, parseRoot } from './model-format.ts';
import {
  type Delegation,
  type Manifest,
  newPackName,
  putPack,
  startWorker,
} from './pack-writer.ts';
import { type Scene, storeOf } from './scene.ts';
import type { SimProcess } from './sim-process.ts';
import type { SimJob } from './source.ts';
import { hourMs } from './world.ts';

export interface Writer {
  readonly scene: Scene;
  readonly process: SimProcess;
  readonly log: RepositoryLog;
  readonly epoch: number;
}

/** Runs a session of a job, or what is left of it after its earlier attempts. */
export async function runBackupSession(
  writer: Writer,
  job: SimJob,
  sessionId: string,
): Promise<void> {
  const { jobId } = job;
  const { log, process, scene } = writer;
  const attempt = await beginSession(log, { jobId, sessionId });
  const delegation: Delegation = { epoch: writer.epoch, jobId, sessionId, attempt };
  scene.index.reconcile(log.state, scene.format.relocationOf(log.state));
  if (attempt > 1) await readBack(writer, delegation);
  for (const objectId of job.objectIds) {
    if (log.state.sessions.get(sessionId)?.committed.has(objectId)) continue;
    await process.clock.sleep(scene.world.random.between(hourMs / 6, 4 * hourMs));
    await new ObjectBackup(writer, delegation, objectId).run();
  }
  const nothing = { objects: {}, packs: [], references: () => [] };
  await commitSession(log, { ...delegation, ...nothing, done: true });
}

/** Rule 4: content of earlier attempts' packs may be used, subject to rule 8. */
async function readBack(writer: Writer, { sessionId, attempt }: Delegation): Promise<void> {
  const { scene, process } = writer;
  for (const name of await listPacks(scene, process, 'packs/')) {
    const origin = parsePackOrigin(name);
    if (origin?.sessionId !== sessionId || origin.attempt >= attempt) continue;
    const bytes = await readBlob(scene, process, name);
    if (bytes === undefined) continue;
    for (const content of scene.format.contentsOf(bytes)) scene.index.add(content, name);
  }
}

/** One object of one session: read, stored, and committed by itself. */
class ObjectBackup {
  readonly #writer: Writer;
  readonly #delegation: Delegation;
  readonly #objectId: string;
  readonly #contents: ReadonlySet<string>;
  /** Segments that lie in condemned packs: never to be referred to again. */
  readonly #avoided = new Set<string>();
  /** That under which it writes, then older ones that its base needs. */
  #keyIds: readonly string[] = [];

  constructor(writer: Writer, delegation: Delegation, objectId: string) {
    this.#writer = writer;
    this.#delegation = delegation;
    this.#objectId = objectId;
    this.#contents = writer.scene.source.read(objectId);
  }

  async run(): Promise<void> {
    const { process, scene } = this.#writer;
    const { random } = scene.world;
    await this.#chooseKey();
    const rows = await this.#known();
    await process.clock.sleep(random.between(1, this.#isSlow() ? 72 * hourMs : 3 * hourMs));
    const missing = [...this.#contents].filter((content) => !rows.has(content));
    if (missing.length === 0) return this.#commit(rows, []);
    const manifest = await this.#store(missing, rows);
    if (manifest !== undefined) await this.#commitWith(rows, manifest);
  }

  /** That of the newest point, as the log was last read. */
  async #chooseKey(): Promise<void> {
    const { log, scene } = this.#writer;
    const base = newestPoint(log.state, this.#delegation.jobId, this.#objectId);
    const ofBase = base && scene.format.keysOf(base.root);
    const known = scene.conduct.keysOf(this.#objectId, ofBase) ?? [];
    const isCurrent = known[0] !== undefined && isCurrentKey(this.#writer, known[0]);
    this.#keyIds = isCurrent ? known : [await this.#newKey(), ...known];
  }

  #newKey(): Promise<string> {
    const { sessionId } = this.#delegation;
    return newKey(this.#writer, { objectId: this.#objectId, sessionId });
  }

  async #dropOlderKeys(): Promise<void> {
    const { scene, process } = this.#writer;
    const store = storeOf(scene, process);
    for (const id of this.#keyIds.slice(1)) {
      await patiently(process.clock, () => store.delete(`keys/${id}`));
    }
  }

  #isSlow(): boolean {
    const { world, habits } = this.#writer.scene;
    return world.random.chance(habits.slowObjects);
  }

  /** What need not be stored: inherited from the base, or deduplicated. */
  async #known(): Promise<Map<string, string>> {
    const { scene, process, log } = this.#writer;
    const base = newestPoint(log.state, this.#delegation.jobId, this.#objectId);
    const inherited = base && (await readCatalog(scene, process, base.root));
    const rows = new Map<string, string>();
    for (const content of this.#contents) {
      const segments = [inherited?.get(content), scene.index.get(content)];
      const usable = segments.find((segment) => segment && !this.#avoided.has(segment));
      if (usable !== undefined) rows.set(content, usable);
    }
    return rows;
  }

  /** By this process, or by a worker; undefined: the object fails in this session. */
  async #store(
    contents: readonly string[],
    rows: ReadonlyMap<string, string>,
  ): Promise<Manifest | undefined> {
    const { process, scene } = this.#writer;
    if (scene.world.random.chance(0.5)) {
      const pack = newPackName(process, 'packs', this.#delegation);
      await putPack(scene, process, { name: pack, bytes: scene.format.encodeData(contents) });
      return { pack, contents };
    }
    return new Promise((resolve) => {
      let hasGivenUp = false;
      const onManifest = (manifest: Manifest) => {
        if (hasGivenUp) this.#onLateManifest(rows, manifest);
        else resolve(manifest);
      };
      startWorker(scene, process, { delegation: this.#delegation, contents, onManifest });
      process.deliver(2 * hourMs, 'gives up on a worker', () => {
        hasGivenUp = true;
        resolve(undefined);
      });
    });
  }

  /** The session went on without this object; if it is open still, it may have it yet. */
  #onLateManifest(rows: ReadonlyMap<string, string>, manifest: Manifest): void {
    this.#commitWith(rows, manifest).catch((error: unknown) => {
      const isOver =
        isAppError(error, 'E_SESSION_SUPERSEDED') || isAppError(error, 'E_REPOSITORY_FENCED');
      if (!isOver) this.#writer.scene.world.fail('no unexpected error', String(error));
    });
  }

  #commitWith(rows: ReadonlyMap<string, string>, manifest: Manifest): Promise<void> {
    const all = new Map(rows);
    for (const content of manifest.contents) all.set(content, manifest.pack);
    return this.#commit(all, [manifest.pack]);
  }

  async #commit(rows: Catalog, packs: readonly string[]): Promise<void> {
    const { scene, process, log } = this.#writer;
    await process.clock.sleep(scene.world.random.between(1, this.#isSlow() ? 10 * hourMs : hourMs));
    const name = newPackName(process, 'meta', this.#delegation);
    const root = makeRoot(name, this.#objectId);
    scene.format.truth.set(root, this.#contents);
    scene.format.keys.set(root, this.#keyIds);
    const bytes = scene.format.encodeMeta(new Map([[this.#objectId, rows]]));
    await putPack(scene, process, { name, bytes });
    const references = (state: LogState) => packsOf(scene.format.relocationOf(state), root, rows);
    const objects = { [this.#objectId]: root };
    try {
      await commitSession(log, {
        ...this.#delegation,
        objects,
        packs: [...packs, name],
        references,
        done: false,
      });
    } catch (error) {
      if (!isAppError(error, 'E_REPOSITORY_PACK_CONDEMNED')) throw error;
      this.#avoidCondemned(rows);
      return this.run();
    }
    for (const [content, segment] of rows) scene.index.add(content, segment);
    if (!scene.conduct.keepsOlderKeys) await this.#dropOlderKeys();
  }

  /** Rule 8: what lies in a condemned pack is stored anew. */
  #avoidCondemned(rows: Catalog): void {
    const { log, scene } = this.#writer;
    const relocation = scene.format.relocationOf(log.state);
    for (const segment of rows.values()) {
      const pack = packOf(relocation, segment);
      if (log.rules.condemnedAmong(log.state, [pack]).length === 0) continue;
      this.#avoided.add(segment);
    }
  }
}

/** Bytes of a blob, or undefined when it is gone. */
export async function readBlob(
  scene: Scene,
  process: SimProcess,
  name: string,
): Promise<Uint8Array | undefined> {
  const store = storeOf(scene, process);
  try {
    return (await patiently(process.clock, () => store.get(name))).bytes;
  } catch (error) {
    if (isAppError(error, 'E_BLOB_NOT_FOUND')) return undefined;
    throw error;
  }
}

export async function readCatalog(
  scene: Scene,
  process: SimProcess,
  root: string,
): Promise<Catalog | undefined> {
  const { metaName, objectId } = parseRoot(root);
  const bytes = await readBlob(scene, process, metaName);
  return bytes && scene.format.catalogOf(bytes, objectId);
}

export async function listPacks(
  scene: Scene,
  process: SimProcess,
  prefix: 'packs/' | 'meta/',
): Promise<readonly string[]> {
  const store = storeOf(scene, process);
  return patiently(process.clock, async () => {
    const names: string[] = [];
    for await (const { name } of store.list(prefix)) names.push(name);
    return names;
  });
}
