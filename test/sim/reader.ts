import { isAppError } from '@firn/shared/errors/app-error';
import type { PointRef } from '@firn/shared/repository/log/entry';
import type { RepositoryLog } from '@firn/shared/repository/log/repository-log';
import { rootOfPoint } from '@firn/shared/repository/log/state/roots';
import { type Catalog, packOf, parseRoot, relocationId } from './model-format.ts';
import { openLog, type Scene, storeOf } from './scene.ts';
import type { SimProcess } from './sim-process.ts';
import { dayMs, hourMs } from './world.ts';

/**
 * - `explore`: without a pin; stops when its point is gone
 * - `restore`: pins one point first
 * - `copy`: pins all objects of a job first, and reads for days
 */
export type ReaderKind = 'explore' | 'restore' | 'copy';

interface Target {
  readonly ref: PointRef;
  readonly root: string;
}

/** A relocation table that was read. */
interface Table {
  readonly root: string | undefined;
  readonly places: Catalog;
}

const copyMsMax = 12 * dayMs;

/** Reads points as a reader elsewhere does, and knows what it may rely on. */
export class Reader {
  readonly #scene: Scene;
  readonly #process: SimProcess;
  readonly #kind: ReaderKind;
  #readOnAtMs = 0;
  /** Set while leaning on a pin. By the own clock. */
  #pinnedUntilMs: number | undefined;

  constructor(scene: Scene, process: SimProcess, kind: ReaderKind) {
    this.#scene = scene;
    this.#process = process;
    this.#kind = kind;
  }

  start(): void {
    this.#run().catch((error: unknown) => {
      this.#scene.world.fail('no unexpected error', String(error));
    });
  }

  async #run(): Promise<void> {
    const { random } = this.#scene.world;
    const log = await openLog(this.#scene, this.#process);
    this.#readOnAtMs = this.#process.clock.now();
    const targets = this.#choose(log);
    if (targets.length === 0) return;
    await this.#process.clock.sleep(random.between(1, random.pick([hourMs, 9 * dayMs]) ?? 1));
    const forMs = this.#kind === 'copy' ? copyMsMax : 3 * dayMs;
    const pinId = `pin-${this.#process.name}`;
    if (!(await this.#lean(pinId, targets, forMs))) return;
    for (const target of targets) await this.#readMended(log, target);
    const owner = this.#scene.controller.named;
    await this.#process.ask('unpin', () => owner?.unpin(pinId));
  }

  #choose(log: RepositoryLog): readonly Target[] {
    const { random } = this.#scene.world;
    const all: Target[] = [];
    for (const [jobId, objects] of log.state.points) {
      for (const [objectId, { points }] of objects) {
        const point = this.#kind === 'explore' ? points[0] : random.pick(points);
        if (point === undefined) continue;
        const { sessionId, root } = point;
        all.push({ ref: { jobId, objectId, sessionId }, root });
      }
    }
    if (this.#kind === 'copy') return all;
    const one = random.pick(all);
    return one === undefined ? [] : [one];
  }

  /** Whether it may begin: an explorer at once, others once their pin is won and valid. */
  async #lean(pinId: string, targets: readonly Target[], forMs: number): Promise<boolean> {
    const { conduct, controller } = this.#scene;
    if (this.#kind === 'explore') return true;
    const untilMs = this.#process.clock.now() + forMs - hourMs;
    if (this.#kind === 'restore' || conduct.copiesPin) {
      const points = targets.map(({ ref }) => ref);
      const isPinned = await this.#askForPin(controller.named, { pinId, points, forMs });
      if (!isPinned) return false;
    }
    this.#pinnedUntilMs = untilMs;
    return true;
  }

  /** The owner may die, and never answer. */
  #askForPin(
    owner: Scene['controller']['named'],
    pin: { readonly pinId: string; readonly points: readonly PointRef[]; readonly forMs: number },
  ): Promise<boolean> {
    return new Promise((resolve) => {
      this.#process.deliver(dayMs, 'has no answer', () => resolve(false));
      owner?.process.deliver(50, 'is asked for a pin', () => {
        owner.pin(pin.pinId, pin.points, pin.forMs).then(
          (isPinned) => this.#process.deliver(50, 'pin answered', () => resolve(isPinned)),
          (error: unknown) => this.#scene.world.fail('no unexpected error', String(error)),
        );
      });
    });
  }

  /** From the start again when a repair has put another root in the place of the one it reads. */
  async #readMended(log: RepositoryLog, target: Target): Promise<void> {
    const { ref } = target;
    let { root } = target;
    for (;;) {
      await this.#read(log, { ref, root });
      const now = rootOfPoint(log.state, ref) ?? root;
      if (now === root || !this.#scene.conduct.followsMends) return;
      root = now;
    }
  }

  /** A point is explored content by content, its catalog read each time: both may be gone by then. */
  async #read(log: RepositoryLog, target: Target): Promise<void> {
    const catalog = await this.#catalog(log, target);
    for (const [content, segment] of catalog ?? []) {
      await this.#process.clock.sleep(this.#scene.world.random.between(1, this.#paceMs));
      const bytes = await this.#getSegment(log, target, segment);
      if (bytes === undefined) return;
      if (!this.#scene.format.isLost(segment, content)) {
        this.#assertHolds(bytes, { segment, content });
      }
      const isThere = this.#kind !== 'explore' || (await this.#catalog(log, target)) !== undefined;
      if (!isThere) return;
    }
  }

  get #paceMs(): number {
    if (this.#kind === 'copy') return 2 * dayMs;
    return this.#kind === 'explore' ? 16 * hourMs : 6 * hourMs;
  }

  async #catalog(log: RepositoryLog, target: Target): Promise<Catalog | undefined> {
    const { metaName, objectId } = parseRoot(target.root);
    const meta = await this.#get(log, target, () => metaName);
    return meta && (this.#scene.format.catalogOf(meta, objectId) ?? new Map());
  }

  #assertHolds(
    bytes: Uint8Array,
    row: { readonly segment: string; readonly content: string },
  ): void {
    const { world, format } = this.#scene;
    if (format.contentsOf(bytes).has(row.content)) return;
    world.fail('readers find what they may rely on', `${row.segment} lacks ${row.content}`);
  }

  /** Resolved anew whenever the log, as the reader last read it, names another table. */
  async #getSegment(
    log: RepositoryLog,
    target: Target,
    segment: string,
  ): Promise<Uint8Array | undefined> {
    for (;;) {
      const table = await this.#relocation(log, target);
      if (table === undefined) return undefined;
      const isCurrent = () => log.state.relocation?.root === table.root;
      const place = () => (isCurrent() ? packOf(table.places, segment) : undefined);
      const bytes = await this.#get(log, target, place);
      if (bytes !== undefined || isCurrent()) return bytes;
    }
  }

  /** Where segments lie by what the reader last read; undefined: it stops. */
  async #relocation(log: RepositoryLog, target: Target): Promise<Table | undefined> {
    let root = log.state.relocation?.root;
    if (root === undefined) return { root, places: new Map() };
    const bytes = await this.#get(log, target, () => {
      root = log.state.relocation?.root ?? '';
      return parseRoot(root).metaName;
    });
    const places = bytes && this.#scene.format.catalogOf(bytes, relocationId);
    return places && { root, places };
  }

  /** Bytes; undefined: the reader may no longer rely on its point, or nothing is named. */
  async #get(
    log: RepositoryLog,
    target: Target,
    nameOf: () => string | undefined,
  ): Promise<Uint8Array | undefined> {
    const store = storeOf(this.#scene, this.#process);
    for (;;) {
      await this.#readOnDaily(log);
      if (!this.#mayRely(log, target)) return undefined;
      const name = nameOf();
      if (name === undefined) return undefined;
      try {
        return (await store.get(name)).bytes;
      } catch (error) {
        if (!isAppError(error)) throw error;
        if (error.retry !== 'later') return this.#miss(name);
        await this.#process.clock.sleep(hourMs);
      }
    }
  }

  #miss(name: string): undefined {
    const { world } = this.#scene;
    world.fail('readers find what they may rely on', `${this.#process.name} misses ${name}`);
  }

  /** Rule 10: every reader reads the log anew every day. */
  async #readOnDaily(log: RepositoryLog): Promise<void> {
    while (this.#process.clock.now() - this.#readOnAtMs > dayMs) {
      const startedAtMs = this.#process.clock.now();
      const state = await log.refresh();
      this.#readOnAtMs = startedAtMs;
      this.#scene.oracle.agree(this.#process.name, state);
    }
  }

  #mayRely(log: RepositoryLog, { ref, root }: Target): boolean {
    const now = rootOfPoint(log.state, ref);
    const isKept = now !== undefined;
    if (isKept && now !== root && this.#scene.conduct.followsMends) return false;
    if (!isKept && log.state.erased.has(ref.objectId)) return false;
    if (this.#pinnedUntilMs !== undefined) return this.#process.clock.now() < this.#pinnedUntilMs;
    return isKept;
  }
}
