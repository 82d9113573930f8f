import type { Drive } from '../../src/domain/drive/drive.ts';
import type { DriveWorld } from './drive-world.ts';

type Known = {
  readonly name: string;
  readonly parentId: string | undefined;
  readonly isFile: boolean;
  readonly hash: string | undefined;
  readonly times: string;
};

type Wire = Record<string, never> & {
  readonly id: string;
  readonly name: string;
  readonly deleted?: unknown;
  readonly file?: { readonly hashes: { readonly quickXorHash: string } };
  readonly parentReference: { readonly id?: string };
  readonly fileSystemInfo: Readonly<Record<string, string>>;
};

/**
 * A client that holds a copy of a drive by following its change feed as the documentation asks:
 * by id, the last occurrence wins, parents are settled at the end of a round.
 */
export class DriveFollower {
  readonly #world: DriveWorld;
  readonly #drive: Drive;
  #items = new Map<string, Known>();
  #seen: Set<string> | undefined = new Set();
  #link: string;
  restarts = 0;

  constructor(world: DriveWorld, drive: Drive, top: number) {
    this.#world = world;
    this.#drive = drive;
    this.#link = `/drives/${drive.id}/root/delta?$top=${top}`;
  }

  /** Reads one page; true when a round has ended. */
  async readPage(): Promise<boolean> {
    const { status, body, headers } = await this.#world.graph('GET', this.#link);
    if (status === 410) {
      this.#link = headers['location'] ?? '';
      this.#seen = new Set();
      this.restarts += 1;
      return false;
    }
    if (status !== 200) throw new Error(`delta answers ${status}: ${JSON.stringify(body)}`);
    for (const item of body['value'] as Wire[]) this.#apply(item);
    const next = body['@odata.nextLink'] ?? body['@odata.deltaLink'];
    if (typeof next !== 'string') throw new Error('a page has neither nextLink nor deltaLink');
    this.#link = next;
    if (body['@odata.nextLink'] !== undefined) return false;
    this.#settle();
    return true;
  }

  async readRound(): Promise<void> {
    while (!(await this.readPage())) {
      // The next page follows.
    }
  }

  /** Every path with what it is: to be compared with `listingOf`. */
  listing(): string[] {
    return [...this.#items.keys()].map((id) => this.#describe(id)).sort();
  }

  #apply(item: Wire): void {
    if (item.deleted) {
      this.#items.delete(item.id);
      this.#seen?.delete(item.id);
      return;
    }
    this.#seen?.add(item.id);
    this.#items.set(item.id, {
      name: item.name,
      parentId: item.parentReference.id,
      isFile: item.file !== undefined,
      hash: item.file?.hashes.quickXorHash,
      times: Object.values(item.fileSystemInfo).join(' '),
    });
  }

  /** After a full enumeration what was not seen is gone, and so is what lost its folder. */
  #settle(): void {
    const seen = this.#seen;
    if (seen) this.#items = new Map([...this.#items].filter(([id]) => seen.has(id)));
    this.#seen = undefined;
    const attached = [...this.#items].filter(([id]) => this.#isAttached(id));
    this.#items = new Map(attached);
  }

  #isAttached(id: string): boolean {
    const parentId = this.#items.get(id)?.parentId;
    if (parentId === undefined) return id === this.#drive.tree.root.id;
    return this.#items.has(parentId) && this.#isAttached(parentId);
  }

  #describe(id: string): string {
    const item = this.#items.get(id);
    if (!item) throw new Error(`${id} is unknown`);
    const place = item.parentId === undefined ? '' : this.#pathOf(item.parentId);
    const name = item.parentId === undefined ? '' : item.name;
    return `${place}/${name} ${item.hash ?? 'folder'} ${item.times}`;
  }

  #pathOf(id: string): string {
    const item = this.#items.get(id);
    if (!item) throw new Error(`${id} is unknown`);
    return item.parentId === undefined ? '' : `${this.#pathOf(item.parentId)}/${item.name}`;
  }
}

/** The same listing of what the drive really holds. */
export async function listingOf({ tree }: Drive): Promise<string[]> {
  const lines: string[] = [];
  for (const item of tree.subtree(tree.root)) {
    const path = item === tree.root ? '/' : `/${tree.namesTo(item).join('/')}`;
    const hash = (await item.content?.digests())?.quickXorHash ?? 'folder';
    const times = [item.times.createdAtMs, item.times.modifiedAtMs].map(isoSeconds).join(' ');
    lines.push(`${path} ${hash} ${times}`);
  }
  return lines.sort();
}

function isoSeconds(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}
