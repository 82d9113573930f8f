import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MailItem } from '../../src/domain/mailbox/mail-item.ts';
import { entriesOf, MailWorld, type Reply } from './mail-world.ts';

type Step =
  | { readonly kind: 'create'; readonly folder: number }
  | { readonly kind: 'change'; readonly item: number }
  | { readonly kind: 'delete'; readonly item: number }
  | { readonly kind: 'move'; readonly item: number; readonly folder: number }
  | { readonly kind: 'page'; readonly folder: number; readonly size: number };

const folder = fc.nat({ max: 2 });
const item = fc.nat({ max: 40 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('create'), folder }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('change'), item }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete'), item }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('move'), item, folder }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('page'),
      folder,
      size: fc.integer({ min: 1, max: 7 }),
    }),
  },
);

const FOLDERS = ['inbox', 'archive', 'drafts'] as const;

/** A client that follows the delta of one folder and keeps id → change key. */
class Follower {
  readonly known = new Map<string, string>();
  readonly #world: MailWorld;
  readonly #start: string;
  readonly #prefer: string;
  #link: string | undefined;
  isAtEnd = false;

  constructor(world: MailWorld, name: string, immutable: boolean) {
    this.#world = world;
    this.#start = `${world.exchange}/folders/${world.folderId(name)}/items/delta`;
    this.#prefer = immutable ? 'IdType="ImmutableId"' : 'IdType="RestId"';
  }

  async readPage(size: number): Promise<void> {
    const headers = { prefer: `${this.#prefer}, odata.maxpagesize=${size}` };
    const reply = await this.#world.graph('GET', this.#link ?? this.#start, { headers });
    expect(reply.status).toBe(200);
    expect(entriesOf(reply).length).toBeLessThanOrEqual(size);
    for (const entry of entriesOf(reply)) this.#apply(entry);
    this.#follow(reply);
  }

  async readRound(): Promise<void> {
    do await this.readPage(3);
    while (!this.isAtEnd);
  }

  #apply(entry: Record<string, unknown>): void {
    const id = String(entry['id']);
    if (entry['@removed']) this.known.delete(id);
    else this.known.set(id, String(entry['changeKey']));
  }

  #follow(reply: Reply): void {
    const next = reply.body['@odata.nextLink'];
    const delta = reply.body['@odata.deltaLink'];
    expect([next, delta].filter((link) => link !== undefined)).toHaveLength(1);
    this.isAtEnd = delta !== undefined;
    this.#link = String(next ?? delta);
  }
}

class Player {
  readonly world = new MailWorld(['--folders', '0', '--mails-per-user', '5']);
  readonly #items: MailItem[] = [];
  readonly #followers: readonly Follower[];
  readonly #immutable: boolean;

  constructor(immutable: boolean) {
    this.#immutable = immutable;
    this.#followers = FOLDERS.map((name) => new Follower(this.world, name, immutable));
  }

  async play(next: Step): Promise<void> {
    const mailbox = this.world.mailbox();
    if (next.kind === 'page') return this.#followers[next.folder]?.readPage(next.size);
    if (next.kind === 'create') {
      const template = [...mailbox.folders.live()]
        .flatMap(({ key }) => [...mailbox.content(key).live.values()])
        .at(0);
      if (!template) return;
      const { props, content, sizeBytes } = template;
      const folderKey = this.#folderKey(next.folder);
      this.#items.push(mailbox.createItem({ folderKey, props, content, sizeBytes }));
      return;
    }
    const key = this.#items[next.item % Math.max(1, this.#items.length)]?.key ?? -1;
    const found = mailbox.itemByKey(key);
    if (!found) return;
    if (next.kind === 'change') mailbox.changeItem(found, {});
    else if (next.kind === 'delete') mailbox.deleteItem(found);
    else mailbox.moveItem(found, this.#folderKey(next.folder));
  }

  async check(): Promise<void> {
    const mailbox = this.world.mailbox();
    for (const [i, follower] of this.#followers.entries()) {
      await follower.readRound();
      const truth = [...mailbox.content(this.#folderKey(i)).live.values()].map(
        (live) => [mailbox.itemId(live, this.#immutable), mailbox.changeKey(live)] as const,
      );
      expect([...follower.known].sort()).toEqual(truth.sort());
    }
  }

  #folderKey(index: number): number {
    return this.world.mailbox().folders.byWellKnownName(FOLDERS[index] ?? 'inbox')?.key ?? -1;
  }
}

describe('items/delta', () => {
  it.each([true, false])(
    'leads a client to the truth, whatever changes between its pages (immutable ids: %s)',
    async (immutable) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
          const player = new Player(immutable);
          for (const next of steps) await player.play(next);
          await player.check();
        }),
        { numRuns: 60 },
      );
    },
  );
});
