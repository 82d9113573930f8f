import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededContent } from '../../src/app/drive/seeded-content.ts';
import { removeItem, restoreItem, updateItem } from '../../src/domain/drive/change-item.ts';
import { createFolder, putFile } from '../../src/domain/drive/create-item.ts';
import { DriveError } from '../../src/domain/drive/drive-error.ts';
import type { DriveItem } from '../../src/domain/drive/drive-item.ts';
import { randomStream } from '../../src/domain/random-stream.ts';
import { DriveFollower, listingOf } from './drive-follower.ts';
import { DriveWorld } from './drive-world.ts';

type Step =
  | { readonly kind: 'folder' | 'file'; readonly at: number; readonly name: string }
  | { readonly kind: 'rename'; readonly at: number; readonly name: string }
  | { readonly kind: 'move'; readonly at: number; readonly to: number }
  | { readonly kind: 'delete' | 'restore' | 'redate'; readonly at: number }
  | { readonly kind: 'readPage' | 'readRound' | 'expire' };

const index = fc.nat({ max: 30 });
const name = fc.constantFrom('a', 'b', 'C', 'c', 'Ä.txt', 'x.txt', '100%', '#1');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('folder', 'file'), at: index, name }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rename'), at: index, name }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('move'), at: index, to: index }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('delete', 'restore', 'redate'), at: index }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('readPage', 'readRound', 'expire') }),
  },
);

class Player {
  readonly world = new DriveWorld();
  readonly #drive = this.world.drive();
  readonly #follower: DriveFollower;
  readonly #everMade: DriveItem[] = [this.#drive.tree.root];

  constructor(top: number) {
    this.#follower = new DriveFollower(this.world, this.#drive, top);
  }

  async play(next: Step): Promise<void> {
    this.world.clock.advance(1000);
    try {
      await this.#do(next);
    } catch (error) {
      if (!(error instanceof DriveError)) throw error;
    }
  }

  async check(): Promise<void> {
    await this.#follower.readRound();
    await this.#follower.readRound();
    expect(this.#follower.listing()).toEqual(await listingOf(this.#drive));
    const { tree } = this.#drive;
    const live = [...tree.subtree(tree.root)].map((item) => placeOf(item));
    expect(this.#journalled().sort()).toEqual(live.sort());
  }

  /** What the journal of the truth holds of this drive, in the form of `placeOf`. */
  #journalled(): string[] {
    const { truth } = this.world;
    const ours = <T extends { user: string }>(entry: T): boolean => entry.user.startsWith('anna');
    return [
      ...[...truth.folders.values()]
        .filter(ours)
        .map(({ key, parentKey, name }) => `${parentKey}/${key} ${name}`),
      ...[...truth.items.values()]
        .filter(ours)
        .map(({ key, folderKey, name }) => `${folderKey}/${key} ${name}`),
    ];
  }

  async #do(next: Step): Promise<void> {
    const { tree } = this.#drive;
    switch (next.kind) {
      case 'readPage':
        await this.#follower.readPage();
        return;
      case 'readRound':
        return this.#follower.readRound();
      case 'expire':
        this.#drive.tokenGeneration += 1;
        return;
      case 'folder':
      case 'file':
        this.#everMade.push(this.#make(next));
        return;
      case 'rename':
        updateItem(tree, this.#pick(next.at).id, { name: next.name });
        return;
      case 'move':
        updateItem(tree, this.#pick(next.at).id, { parentId: this.#pick(next.to).id });
        return;
      case 'delete':
        return removeItem(tree, this.#pick(next.at).id);
      case 'restore':
        restoreItem(tree, this.#pick(next.at).id);
        return;
      case 'redate':
        updateItem(tree, this.#pick(next.at).id, { times: { modifiedAtMs: next.at * 1000 } });
        return;
    }
  }

  #make(next: { kind: 'folder' | 'file'; at: number; name: string }): DriveItem {
    const { tree } = this.#drive;
    const place = { parentId: this.#pick(next.at).id, name: next.name } as const;
    if (next.kind === 'folder') return createFolder(tree, { ...place, conflict: 'fail' }).item;
    const content = new SeededContent({
      sizeBytes: next.at * 10,
      style: 'binary',
      random: randomStream(tree.changes.lastNumber),
      hasher: this.world.hasher,
    });
    return putFile(tree, { ...place, conflict: 'replace', content, mimeType: 'text/plain' }).item;
  }

  #pick(at: number): DriveItem {
    return this.#everMade[at % this.#everMade.length] ?? this.#drive.tree.root;
  }
}

function placeOf(item: DriveItem): string {
  if (item.parentId === undefined) return `null/${item.id} `;
  return `${item.parentId}/${item.id} ${item.name}`;
}

describe('a client that follows the change feed', () => {
  it('holds what the drive holds, after any changes and with any page size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        fc.record({ childrenFirst: fc.boolean(), foldDeletions: fc.boolean() }),
        async (steps, top, quirks) => {
          const player = new Player(top);
          Object.assign(player.world.drive().quirks, quirks);
          for (const next of steps) await player.play(next);
          await player.check();
        },
      ),
      { numRuns: 150 },
    );
  });
});
