import { createHash } from 'node:crypto';
import type { RestoreItem, RestoreTarget } from '../../src/ports/source.ts';

/** The calls by which items come back into the organization of a test. */
export class FakeImports {
  /** `object/item` → digest of what was restored. */
  readonly restored = new Map<string, string>();
  /** `object/item` of each import, in order. */
  readonly made: string[] = [];

  async find(name: string): Promise<boolean> {
    return this.restored.has(name);
  }

  /** Not safe to repeat: makes a second item. */
  async import(name: string, digest: string): Promise<void> {
    this.made.push(name);
    this.restored.set(name, digest);
  }
}

/** Does what a target must: journals first, and searches what was begun before it imports again. */
export function makeFakeTarget(imports: FakeImports, objectId: string): RestoreTarget {
  return {
    async folders(rows) {
      const ids = new Map<string, string>();
      for await (const row of rows) ids.set(row.folderId, row.folderId);
      return ids;
    },
    async *restore(items, _folders, journal) {
      for await (const restore of items) {
        const { itemId } = restore.item;
        try {
          await importOnce(imports, `${objectId}/${itemId}`, { restore, journal });
          yield { itemId, outcome: { status: 'created' } };
        } catch (error) {
          yield { itemId, outcome: { status: 'failed', error } };
        }
      }
    },
  };
}

interface ImportOnce {
  readonly restore: RestoreItem;
  readonly journal: Parameters<RestoreTarget['restore']>[2];
}

async function importOnce(
  imports: FakeImports,
  name: string,
  { restore, journal }: ImportOnce,
): Promise<void> {
  const { itemId } = restore.item;
  const { state } = await journal.state(itemId);
  if (state === 'done') return;
  if (state === 'none') await journal.begin(itemId, 'put');
  const isThere = state === 'begun' && (await imports.find(name));
  if (!isThere) await imports.import(name, await digestOfAll(restore.content()));
  await journal.done(itemId);
}

async function digestOfAll(content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of content) hash.update(part);
  return hash.digest('hex');
}
