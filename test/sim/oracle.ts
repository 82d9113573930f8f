/**
 * Sees the storage from outside and holds what must be true: it folds the log by
 * the standard rules as entries arrive, and looks at each commit and deletion.
 */
import { applyEntry, emptyLogState, type LogState } from '@firn/shared/repository/log/state';
import { rootsOf } from '@firn/shared/repository/log/state/roots';
import { encodeLogState } from '@firn/shared/repository/log/state/state-json';
import { type Catalog, type ModelFormat, packOf, packsOf, parseRoot } from './model-format.ts';
import type { PlainCodec } from './plain-codec.ts';
import type { SimStorage, StorageWatcher } from './sim-storage.ts';
import type { World } from './world.ts';

export interface OracleParts {
  readonly world: World;
  readonly storage: SimStorage;
  readonly format: ModelFormat;
  readonly codec: PlainCodec;
}

export class Oracle implements StorageWatcher {
  readonly #parts: OracleParts;
  /** State after each entry. */
  readonly #states: LogState[] = [];
  /** Set once the controller names nobody else any more. */
  namedForGood: string | undefined;

  constructor(parts: OracleParts) {
    this.#parts = parts;
  }

  get state(): LogState {
    return this.#states.at(-1) ?? emptyLogState;
  }

  onPut(name: string, bytes: Uint8Array, modifiedAtMs: number): void {
    if (name.startsWith('log/')) this.#onEntry(bytes, modifiedAtMs);
    if (name.startsWith('checkpoint/')) this.#onCheckpoint(name, bytes);
  }

  onDelete(name: string): void {
    if (name.startsWith('keys/')) this.#onKeyDeleted(name);
    if (this.#holdsRelocations(name)) {
      this.#fail('nothing reachable is deleted', `${name} holds the relocation table`);
    }
    for (const root of rootsOf(this.state)) {
      if (this.#reaches(root, name)) {
        this.#fail('nothing reachable is deleted', `${name} is reached by ${root}`);
      }
    }
  }

  #onKeyDeleted(name: string): void {
    const { format } = this.#parts;
    const root = [...rootsOf(this.state)].find((each) =>
      format.keysOf(each).includes(name.slice('keys/'.length)),
    );
    if (root !== undefined)
      this.#fail('nothing reachable is deleted', `${root} lies under ${name}`);
  }

  /** Contents of a root that is reached now, and where they lie. */
  reachedContents() {
    const roots = [...rootsOf(this.state)];
    const catalog = this.#catalog(this.#parts.world.random.pick(roots) ?? '');
    return [...(catalog ?? [])].map(([content, segment]) => ({
      ...{ content, segment, pack: packOf(this.#relocation, segment) },
    }));
  }

  segmentsIn(pack: string): readonly string[] {
    const moved = [...this.#relocation].filter(([, place]) => place === pack);
    return [pack, ...moved.map(([segment]) => segment)];
  }

  /** Two readers of one log agree. */
  agree(reader: string, state: LogState): void {
    const expected = this.#states[state.head];
    const isSame = expected !== undefined && asJson(state) === asJson(expected);
    if (!isSame && state.head >= 0) this.#fail('readers agree', `${reader} at ${state.head}`);
  }

  /** Nobody believes that it won what it lost. */
  believesWon(n: number, entryId: string): void {
    if (this.#states[n]?.digest === entryId) return;
    this.#fail('nobody believes it won what it lost', `entry ${n} is not ${entryId}`);
  }

  /** At the end: every session ended, every root restores, no garbage is left. */
  judgeEnd(): void {
    const { state } = this;
    for (const session of state.openSessions.values()) {
      this.#fail('every session ends', `${session} is open`);
    }
    const roots = rootsOf(state);
    for (const root of roots) {
      this.#judgeRoot(root);
      if (this.#isDamaged(root)) this.#fail('damage is mended', root);
    }
    for (const name of this.#parts.storage.names()) {
      if (name.startsWith('keys/')) this.#judgeKey(name);
      if (!/^(packs|meta)\//.test(name)) continue;
      const isReached =
        this.#holdsRelocations(name) || [...roots].some((root) => this.#reaches(root, name));
      if (!isReached) this.#fail('garbage is gone', name);
    }
  }

  /** What was erased opens no more. */
  #judgeKey(name: string): void {
    const { storage, format } = this.#parts;
    const blob = storage.get(name);
    const owner = blob && format.keyOwnerOf(blob.bytes);
    const erasure = this.state.erased.get(owner?.objectId ?? '');
    if (blob === undefined || owner === undefined) return;
    const session = this.state.sessions.get(owner.sessionId);
    const isInVain = session !== undefined && !session.committed.has(owner.objectId);
    if (isInVain) this.#fail('garbage is gone', name);
    if (erasure === undefined) return;
    const isNamed = format.erasures.get(erasure.erasureId)?.includes(name.slice('keys/'.length));
    const isOfBefore = session !== undefined && session.begunAtN < erasure.n;
    if (isNamed || isOfBefore || blob.info.modifiedAtMs < erasure.atMs) {
      this.#fail('what was erased opens no more', name);
    }
  }

  /** A mended state lacks what was lost, and nothing else. */
  #judgeMend(roots: Readonly<Record<string, string>>): void {
    const { format } = this.#parts;
    const kept = rootsOf(this.state);
    for (const [before, after] of Object.entries(roots)) {
      if (!kept.has(after)) continue;
      this.#judgeRoot(after);
      const rows = this.#catalog(before);
      const forgotten = [...(rows ?? [])].find(
        ([content, segment]) =>
          !format.isLost(segment, content) && !format.truth.get(after)?.has(content),
      );
      if (forgotten)
        this.#fail('a mended state keeps what can be read', `${after} lacks ${forgotten[0]}`);
    }
  }

  #isDamaged(root: string): boolean {
    const { format } = this.#parts;
    return [...(this.#catalog(root) ?? [])].some(([content, segment]) =>
      format.isLost(segment, content),
    );
  }

  #onEntry(bytes: Uint8Array, storedAtMs: number): void {
    const { codec } = this.#parts;
    const entry = codec.entryOf(bytes);
    const stored = { entry, digest: codec.digestOf(bytes), storedAtMs };
    const { state, alarm } = applyEntry(this.state, stored);
    this.#states.push(state);
    this.#parts.world.note(`log ${entry.n} ${JSON.stringify(entry.body)}`);
    if (alarm !== undefined) {
      this.#fail('no entry is void', `${alarm.type} ${alarm.n}: ${alarm.reason}`);
    }
    const { body } = entry;
    if (body.type === 'relocate') for (const root of rootsOf(state)) this.#judgeRoot(root);
    if (body.type === 'mend') this.#judgeMend(body.roots);
    if (body.type === 'commit') this.#judgeCommit(Object.values(body.objects));
    const isUsurper = this.namedForGood !== undefined && body.type === 'owner';
    if (isUsurper && body.incarnation !== this.namedForGood) {
      this.#fail('ownership comes to rest', `${body.incarnation} took over unnamed`);
    }
  }

  /** Of an object that was erased meanwhile nothing is kept. */
  #judgeCommit(committed: readonly string[]): void {
    const roots = rootsOf(this.state);
    for (const root of committed) if (roots.has(root)) this.#judgeRoot(root);
  }

  #onCheckpoint(name: string, bytes: Uint8Array): void {
    const n = Number(name.slice('checkpoint/'.length));
    const expected = this.#states[n];
    if (expected === undefined || Buffer.from(bytes).toString() !== asJson(expected)) {
      this.#fail('a checkpoint is a function of the log', name);
    }
  }

  /** Every valid commit restores equal to what its object was when it was read. */
  #judgeRoot(root: string): void {
    const { format, storage } = this.#parts;
    const truth = format.truth.get(root) ?? new Set<string>();
    const gone = format.keysOf(root).find((id) => storage.get(`keys/${id}`) === undefined);
    if (gone !== undefined) {
      this.#fail('a commit restores equal', `${root} needs keys/${gone}, which is gone`);
    }
    const catalog = this.#catalog(root);
    const missing = [...truth].find((content) => {
      const segment = catalog?.get(content);
      if (segment !== undefined && format.isLost(segment, content)) return false;
      const pack = segment && storage.get(packOf(this.#relocation, segment));
      return !pack || !format.contentsOf(pack.bytes).has(content);
    });
    if (catalog?.size !== truth.size || missing !== undefined) {
      this.#fail('a commit restores equal', `${root} lacks ${missing ?? 'its catalog'}`);
    }
  }

  #reaches(root: string, name: string): boolean {
    if (root.startsWith(`${name}#`)) return true;
    const catalog = this.#catalog(root);
    return catalog !== undefined && packsOf(this.#relocation, root, catalog).has(name);
  }

  #holdsRelocations(name: string): boolean {
    return this.state.relocation?.root.startsWith(`${name}#`) ?? false;
  }

  get #relocation(): Catalog {
    return this.#parts.format.relocationOf(this.state);
  }

  #catalog(root: string) {
    const { metaName, objectId } = parseRoot(root);
    const meta = this.#parts.storage.get(metaName);
    return meta && this.#parts.format.catalogOf(meta.bytes, objectId);
  }

  #fail(property: string, message: string): void {
    this.#parts.world.fail(property, message);
  }
}

const jsonOfStates = new WeakMap<LogState, string>();

/** States never change, and are compared more than once. */
function asJson(state: LogState): string {
  const known = jsonOfStates.get(state);
  if (known !== undefined) return known;
  const json = JSON.stringify(encodeLogState(state));
  jsonOfStates.set(state, json);
  return json;
}
