import type { TruthFolder, TruthItem, TruthJournal, TruthKind } from '../domain/truth-journal.ts';

/** One item as the truth holds it. In `folderPath` a slash inside a name is written `%2F`. */
export interface TruthEntry {
  readonly kind: TruthKind;
  readonly user: string;
  readonly folderPath: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** SHA-256, hex. */
  readonly digest: string;
}

/** How a frozen truth and the present one differ, as multisets of (kind, user, path, digest). */
export interface TruthComparison {
  readonly frozen: number;
  readonly now: number;
  readonly matched: number;
  /** In the frozen truth but not now. */
  readonly missing: number;
  /** Now but not in the frozen truth. */
  readonly extra: number;
  readonly firstMissing: readonly TruthEntry[];
  readonly firstExtra: readonly TruthEntry[];
}

interface Snapshot {
  readonly counts: Map<string, { count: number; readonly entry: TruthEntry }>;
  readonly items: number;
}

/** Limits a listing or comparison to one user or kind. */
export interface TruthScope {
  readonly user?: string;
  readonly kind?: TruthKind;
}

const FIRST = 20;

/**
 * What is true in the tenant, kept from what the domain models report and from nothing else: the
 * Graph handlers cannot bend it. Digests are made when they are first needed and then kept.
 */
export class TruthBook implements TruthJournal {
  readonly #folders = new Map<string, TruthFolder>();
  readonly #items = new Map<string, { item: TruthItem; digest: string | undefined }>();
  readonly #snapshots = new Map<string, Snapshot>();

  putFolder(folder: TruthFolder): void {
    this.#folders.set(keyOf(folder), folder);
  }

  dropFolder(folder: Pick<TruthFolder, 'kind' | 'user' | 'key'>): void {
    this.#folders.delete(keyOf(folder));
  }

  putItem(item: TruthItem): void {
    this.#items.set(keyOf(item), { item, digest: undefined });
  }

  dropItem(item: Pick<TruthItem, 'kind' | 'user' | 'key'>): void {
    this.#items.delete(keyOf(item));
  }

  get size(): number {
    return this.#items.size;
  }

  /** Every item, in no particular order. Items that change meanwhile may be told in either state. */
  async *entries(scope: TruthScope = {}): AsyncGenerator<TruthEntry> {
    for (const record of this.#items.values()) {
      const { kind, user, name, sizeBytes } = record.item;
      if (!isWithin(scope, record.item)) continue;
      record.digest ??= await record.item.digest();
      const folderPath = this.#pathOf(record.item);
      yield { kind, user, folderPath, name, sizeBytes, digest: record.digest };
    }
  }

  /** Keeps the present truth under a name; answers how many items it holds. */
  async freeze(name: string): Promise<number> {
    const counts: Snapshot['counts'] = new Map();
    let items = 0;
    for await (const entry of this.entries()) {
      const known = counts.get(signature(entry));
      if (known) known.count += 1;
      else counts.set(signature(entry), { count: 1, entry });
      items += 1;
    }
    this.#snapshots.set(name, { counts, items });
    return items;
  }

  /** Compares a frozen truth with the present one; undefined when there is no such snapshot. */
  async compare(name: string, scope: TruthScope = {}): Promise<TruthComparison | undefined> {
    const snapshot = this.#snapshots.get(name);
    if (!snapshot) return undefined;
    const left = new Map<string, number>();
    let frozen = 0;
    for (const [text, { count, entry }] of snapshot.counts) {
      if (!isWithin(scope, entry)) continue;
      left.set(text, count);
      frozen += count;
    }
    const extras: TruthEntry[] = [];
    let now = 0;
    let matched = 0;
    for await (const entry of this.entries(scope)) {
      const rest = left.get(signature(entry)) ?? 0;
      now += 1;
      if (rest > 0) {
        left.set(signature(entry), rest - 1);
        matched += 1;
      } else if (extras.length < FIRST) extras.push(entry);
    }
    return {
      frozen,
      now,
      matched,
      missing: frozen - matched,
      extra: now - matched,
      firstMissing: firstLeft(snapshot, left),
      firstExtra: extras,
    };
  }

  #pathOf(item: TruthItem): string {
    const names: string[] = [];
    let folder = this.#folders.get(keyOf({ ...item, key: item.folderKey }));
    while (folder && folder.parentKey !== null) {
      names.unshift(folder.name.replaceAll('%', '%25').replaceAll('/', '%2F'));
      folder = this.#folders.get(keyOf({ ...item, key: folder.parentKey }));
    }
    return names.join('/');
  }
}

function keyOf({ kind, user, key }: { kind: TruthKind; user: string; key: string }): string {
  return `${kind}|${user}|${key}`;
}

function signature({ kind, user, folderPath, digest }: TruthEntry): string {
  return `${kind}|${user}|${folderPath}|${digest}`;
}

function isWithin(scope: TruthScope, entry: { kind: TruthKind; user: string }): boolean {
  if (scope.kind !== undefined && scope.kind !== entry.kind) return false;
  return scope.user === undefined || scope.user.toLowerCase() === entry.user.toLowerCase();
}

function firstLeft(snapshot: Snapshot, left: ReadonlyMap<string, number>): readonly TruthEntry[] {
  const missing: TruthEntry[] = [];
  for (const [text, rest] of left) {
    const entry = snapshot.counts.get(text)?.entry;
    if (rest > 0 && entry) missing.push(entry);
    if (missing.length === FIRST) break;
  }
  return missing;
}
