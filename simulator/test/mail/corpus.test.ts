import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MailWorld } from './mail-world.ts';

const CORPUS = join(import.meta.dirname, '../../../../shared/corpus/mime');
const hasCorpus = existsSync(CORPUS);
if (!hasCorpus) process.stderr.write(`skipped: no mail corpus at ../shared/corpus/mime\n`);

const files = hasCorpus
  ? readdirSync(CORPUS, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.eml'))
      .sort()
  : [];

describe.skipIf(!hasCorpus)('the corpus of real messages', () => {
  it('goes in as MIME, comes out byte by byte, and survives export and import', async () => {
    expect(files.length).toBeGreaterThan(100);
    const world = new MailWorld(['--mails-per-user', '0']);
    await world.admin('POST', '/limits', { requests: 1_000_000 });
    for (const name of files) {
      const bytes = readFileSync(join(CORPUS, name));
      const posted = await world.graph('POST', `${world.user}/messages`, {
        text: bytes.toString('base64'),
      });
      expect([name, posted.status]).toEqual([name, 201]);
      const item = world.mailbox().findItem(String(posted.body['id']))!;
      const path = `${world.user}/messages/${world.mailbox().itemId(item, true)}`;
      const list = await world.graph('GET', `${path}/attachments`);
      expect([name, list.status]).toEqual([name, 200]);
      await roundTrip(world, world.mailbox().itemId(item, true));
      const copies = [...world.mailbox().content(item.folderKey).live.values()];
      const kept = await world.graph(
        'GET',
        `${world.user}/messages/${world.mailbox().itemId(copies.at(-1)!, true)}/$value`,
      );
      expect([name, kept.text === bytes.toString('utf8')]).toEqual([name, true]);
      expect(copies.at(-1)?.props).toEqual(item.props);
    }
  });

  it('yields subjects and senders that people can read', async () => {
    const world = new MailWorld(['--mails-per-user', '0']);
    await world.admin('POST', '/limits', { requests: 1_000_000 });
    for (const name of files) {
      const text = readFileSync(join(CORPUS, name)).toString('base64');
      const { body } = await world.graph('POST', `${world.user}/messages`, { text });
      expect(`${name}: ${String(body['subject'])}`).not.toMatch(/=\?[^?]+\?[bq]\?/i);
    }
  });
});

async function roundTrip(world: MailWorld, itemId: string): Promise<void> {
  const json = { itemIds: [itemId] };
  const exported = await world.graph('POST', `${world.exchange}/exportItems`, { json });
  const session = await world.graph('POST', `${world.exchange}/createImportSession`);
  const [{ data } = { data: '' }] = exported.body['value'] as { data: string }[];
  const imported = await world.plain('POST', String(session.body['importUrl']), {
    json: { FolderId: world.folderId('drafts'), Mode: 'create', Data: data },
  });
  expect(imported.status).toBe(200);
}
