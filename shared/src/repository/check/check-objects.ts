import { type AppError, isAppError } from '../../errors/app-error.ts';
import { folderPrefix, itemPrefix } from '../catalog/catalog-keys.ts';
import { isDamage } from '../damaged.ts';
import type { ReadableKeys } from '../keys/readable-keys.ts';
import { decodeRoot, keyIdsOf, runsOf } from '../object/object-record.ts';
import { ObjectState } from '../object/object-state.ts';
import { referencedPlaces } from '../object/referenced-packs.ts';
import type { SegmentPlace } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import { packEndBytesMin } from '../pack/pack-layout.ts';
import type { LocatedItem } from '../read/locate.ts';
import type { PlacedContent } from '../read/placed-content.ts';
import type { RunEntry } from '../run/run-layout.ts';
import { type Finding, finding, findingsOfItems, messageOf, problemOf } from './finding.ts';
import type { OwnedObject, OwnedRoot } from './root-owners.ts';
import { locatedWindows, soundRows } from './sound-rows.ts';
import type { WrappedKeys } from './wrapped-keys.ts';

/** What the objects say of a data pack: how long it must be. */
export interface ExpectedPack {
  /** 0: not known. */
  exactLength: number;
  lengthMin: number;
}

export interface ReferredPacks {
  readonly data: Map<string, ExpectedPack>;
  readonly meta: Set<string>;
}

export interface CheckedObject {
  readonly findings: readonly Finding[];
  readonly packs: ReferredPacks;
}

const keysPrefix = 'keys/';

/** So many items of an object are named; all are counted. */
const itemsNamedMax = 100_000;

/** With its keys: a state whose rows nobody can open is damaged. E_REPOSITORY_DAMAGED */
export async function openState(context: OpenContext, root: string): Promise<ObjectState> {
  const state = await openRecord(context, root);
  await state.requireKeys();
  return state;
}

async function openRecord(context: OpenContext, root: string): Promise<ObjectState> {
  const { ports, keys, meta, relocations } = context;
  return ObjectState.open({ compute: ports.compute, keys, meta, relocations }, root);
}

/** Adds to a set of packs what another one holds. */
export function addPacks(to: ReferredPacks, { data, meta }: ReferredPacks): void {
  for (const pack of meta) to.meta.add(pack);
  for (const [pack, { exactLength, lengthMin }] of data) {
    const known = to.data.get(pack) ?? { exactLength: 0, lengthMin: 0 };
    known.exactLength = Math.max(known.exactLength, exactLength);
    known.lengthMin = Math.max(known.lengthMin, lengthMin);
    to.data.set(pack, known);
  }
}

export interface ObjectChecking {
  readonly context: OpenContext;
  /** Of the same repository. */
  readonly keys: ReadableKeys;
  readonly wrappedKeys: WrappedKeys;
  /** Whether rows are looked at too. */
  readonly depth: 'rows' | 'packs';
}

/** Reads catalogs, indexes and tables of all states of one object, past what is damaged. */
export async function checkObject(
  checking: ObjectChecking,
  object: OwnedObject,
): Promise<CheckedObject> {
  const packs: ReferredPacks = { data: new Map(), meta: new Set() };
  const findings: Finding[] = [];
  for (const owned of object.roots) {
    findings.push(...(await new RootCheck(checking, object.objectId, owned).run(packs)));
  }
  return { findings, packs };
}

/** One state of one object. */
class RootCheck {
  readonly #checking: ObjectChecking;
  readonly #subject: { readonly objectId: string; readonly points: readonly string[] };
  readonly #owned: OwnedRoot;
  readonly #findings: Finding[] = [];

  constructor(checking: ObjectChecking, objectId: string, owned: OwnedRoot) {
    this.#checking = checking;
    this.#owned = owned;
    this.#subject = { objectId, points: owned.points };
  }

  async run(packs: ReferredPacks): Promise<readonly Finding[]> {
    const { pack } = decodeRoot(this.#owned.root).ref;
    packs.meta.add(pack);
    const state = await this.#open(pack);
    if (state === undefined) return this.#findings;
    const { record } = state;
    for (const run of runsOf(record)) packs.meta.add(run.pack);
    for (const beside of record.besidePacks) packs.meta.add(beside);
    const keyIds = await this.#addPlaces(packs, state);
    const { depth, keys } = this.#checking;
    if (depth === 'packs') return this.#findings;
    await this.#checkRows(state, await keys.lostAmong(keyIds));
    const problem = await problemOf(() => state.syncState());
    const holder = 'inline' in record.state ? pack : record.state.pack;
    if (problem !== undefined) this.#add(holder, 'E_OBJECT_DAMAGED', problem);
    return this.#findings;
  }

  async #open(pack: string): Promise<ObjectState | undefined> {
    try {
      const { context, keys } = this.#checking;
      const state = await openRecord(context, this.#owned.root);
      const keyIds = keyIdsOf(state.record);
      const lost = await keys.lostAmong(keyIds);
      for (const [id, { message }] of lost) {
        this.#add(`${keysPrefix}${id}`, 'E_OBJECT_DAMAGED', message);
      }
      if (lost.size === keyIds.length) return undefined;
      await context.keys.contentIdSecret(state.record.contentIds);
      return state;
    } catch (error) {
      if (isAppError(error, 'E_OBJECT_STATE_LOST')) this.#addLost(pack, error);
      else this.#add(blobOf(error, pack), 'E_OBJECT_DAMAGED', messageOf(error));
      return undefined;
    }
  }

  /** @returns ids of the keys under which contents lie */
  async #addPlaces({ data, meta }: ReferredPacks, state: ObjectState): Promise<Set<string>> {
    const keyIds = new Set<string>();
    try {
      for await (const [, place] of referencedPlaces(state.record, state.readers)) {
        keyIds.add(place.keyId);
        const expected = { exactLength: place.packLength, lengthMin: endOf(place) };
        addPacks({ data, meta }, { data: new Map([[place.pack, expected]]), meta: new Set() });
      }
    } catch (error) {
      const { pack } = decodeRoot(this.#owned.root).ref;
      this.#add(blobOf(error, pack), 'E_INDEX_DAMAGED', messageOf(error));
    }
    return keyIds;
  }

  /** Every row is readable, every content known, and there are as many rows as the record says. */
  async #checkRows(state: ObjectState, lostKeys: ReadonlyMap<string, AppError>): Promise<void> {
    const { record } = state;
    let isWhole = true;
    const rows = new RowCount();
    const counted = rows.counting(
      soundRows(state, (error, firstKey) => {
        isWhole = false;
        const from = firstKey === '' ? '' : `, rows from ${JSON.stringify(firstKey)} on`;
        const { pack } = decodeRoot(this.#owned.root).ref;
        this.#add(blobOf(error, pack), 'E_OBJECT_DAMAGED', `${messageOf(error)}${from}`);
      }),
    );
    const lost = new LostItems();
    for await (const window of locatedWindows(state, counted)) {
      for (const located of window) await this.#checkContents(located, lostKeys, lost);
    }
    this.#tellLost(lost);
    if (!isWhole || (rows.items === record.items && rows.folders === record.folders)) return;
    const message = `the catalog has ${rows.items} items and ${rows.folders} folders, not ${record.items} and ${record.folders}`;
    this.#add(decodeRoot(this.#owned.root).ref.pack, 'E_OBJECT_DAMAGED', message);
  }

  async #checkContents(
    { item, contents, failure }: LocatedItem,
    lostKeys: ReadonlyMap<string, AppError>,
    lost: LostItems,
  ): Promise<void> {
    const lostKey = contents.map(({ place }) => place.keyId).find((id) => lostKeys.has(id));
    if (failure !== undefined) {
      lost.add(blobOf(failure, decodeRoot(this.#owned.root).ref.pack), item.itemId, failure);
    } else if (lostKey !== undefined) {
      const message = lostKeys.get(lostKey)?.message ?? '';
      lost.add(`${keysPrefix}${lostKey}`, item.itemId, { message });
    } else {
      const problem = await this.#wrappedProblem(contents);
      if (problem !== undefined)
        lost.add(decodeRoot(this.#owned.root).ref.pack, item.itemId, problem);
    }
  }

  /** The first of them. */
  async #wrappedProblem(contents: readonly PlacedContent[]): Promise<AppError | undefined> {
    for (const content of contents) {
      const problem = await this.#checking.wrappedKeys.problemOf(content);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #tellLost(lost: LostItems): void {
    for (const { blob, items, total, message } of lost.byBlob()) {
      const more = total > items.length ? `; ${total} items, ${items.length} of them named` : '';
      const subject = { blob, items, ...this.#subject };
      const code = blob.startsWith(keysPrefix) ? 'E_KEY_DAMAGED' : 'E_INDEX_DAMAGED';
      this.#findings.push(...findingsOfItems(subject, code, `${message}${more}`));
    }
  }

  /** A repair has said so: nothing more is wrong. */
  #addLost(blob: string, { code, message }: AppError): void {
    this.#findings.push(finding({ blob, ...this.#subject, severity: 'note' }, code, message));
  }

  #add(blob: string, code: 'E_OBJECT_DAMAGED' | 'E_INDEX_DAMAGED', message: string): void {
    this.#findings.push(finding({ blob, ...this.#subject }, code, message));
  }
}

class RowCount {
  items = 0;
  folders = 0;

  async *counting(
    rows: AsyncIterable<RunEntry & { readonly value: Uint8Array }>,
  ): AsyncGenerator<RunEntry & { readonly value: Uint8Array }> {
    for await (const row of rows) {
      if (row.key.startsWith(itemPrefix)) this.items += 1;
      else if (row.key.startsWith(folderPrefix)) this.folders += 1;
      yield row;
    }
  }
}

interface LostOfBlob {
  readonly blob: string;
  readonly items: string[];
  readonly message: string;
  total: number;
}

/** Items whose contents cannot be found, by the blob that should tell. */
class LostItems {
  readonly #byBlob = new Map<string, LostOfBlob>();
  #named = 0;

  add(blob: string, itemId: string, { message }: Pick<Error, 'message'>): void {
    const known = this.#byBlob.get(blob) ?? { blob, items: [], message, total: 0 };
    known.total += 1;
    if (this.#named < itemsNamedMax) known.items.push(itemId);
    this.#named += 1;
    this.#byBlob.set(blob, known);
  }

  byBlob(): readonly LostOfBlob[] {
    return [...this.#byBlob.values()];
  }
}

/** The blob that a damage names. */
function blobOf(error: unknown, otherwise: string): string {
  const blob = isDamage(error) ? error.context['blob'] : undefined;
  return typeof blob === 'string' ? blob : otherwise;
}

function endOf({ offset, length }: SegmentPlace): number {
  return offset + length + packEndBytesMin;
}
