import { describe, expect, it } from 'vitest';
import { entriesOf, MailWorld, type Reply } from './mail-world.ts';

async function follow(world: MailWorld, link: string, known: Set<string>): Promise<string> {
  const headers = { prefer: 'odata.maxpagesize=2' };
  let next = link;
  for (;;) {
    const reply: Reply = await world.graph('GET', next, { headers });
    for (const entry of entriesOf(reply)) {
      if (entry['@removed']) known.delete(String(entry['id']));
      else known.add(String(entry['id']));
    }
    const end = reply.body['@odata.deltaLink'];
    if (end !== undefined) return String(end);
    next = String(reply.body['@odata.nextLink']);
  }
}

describe('delta of the folders below one folder', () => {
  it('follows sub-trees that are moved in and out', async () => {
    const world = new MailWorld(['--folders', '0']);
    const { folders } = world.mailbox();
    const make = (parentKey: number, displayName: string) =>
      folders.create({ parentKey, displayName });
    const watched = make(folders.rootKey, 'Watched');
    const inside = make(watched.key, 'Inside');
    const deep = make(inside.key, 'Deep');
    const outside = make(folders.rootKey, 'Outside');
    const far = make(outside.key, 'Far');
    const idOf = ({ key }: { key: number }) => world.mailbox().folderId(key);
    const known = new Set<string>();
    const start = `${world.exchange}/folders/${idOf(watched)}/childFolders/delta`;
    const link = await follow(world, start, known);
    expect(known).toEqual(new Set([inside, deep].map(idOf)));
    folders.move(inside, folders.rootKey);
    folders.move(outside, watched.key);
    await follow(world, link, known);
    expect(known).toEqual(new Set([outside, far].map(idOf)));
  });
});
