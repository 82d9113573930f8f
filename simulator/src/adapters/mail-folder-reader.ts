import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mailbox } from '../domain/mailbox/mailbox.ts';
import { propsOfMime, readMimeMessage } from '../domain/mime/mime-message.ts';

/** The names of the sub-folders of a folder, sorted: each is a mailbox. */
export async function listMailboxFolders(mailDir: string): Promise<readonly string[]> {
  const entries = await readdir(mailDir, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/**
 * Reads a folder of .eml files into a mailbox: its own files into the inbox, nested folders as
 * folders of their names. The bytes stay in the files.
 */
export async function readMailFolder(mailbox: Mailbox, path: string): Promise<void> {
  const inbox = mailbox.folders.byWellKnownName('inbox')?.key ?? mailbox.folders.rootKey;
  await readLevel(mailbox, { path, itemsKey: inbox, foldersKey: mailbox.folders.rootKey });
}

async function readLevel(
  mailbox: Mailbox,
  level: { path: string; itemsKey: number; foldersKey: number },
): Promise<void> {
  const entries = await readdir(level.path, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(level.path, entry.name);
    if (entry.isFile() && /\.eml$/i.test(entry.name)) {
      await addFile(mailbox, level.itemsKey, path);
    } else if (entry.isDirectory()) {
      const known = mailbox.folders.childNamed(level.foldersKey, entry.name);
      const folder =
        known ?? mailbox.folders.create({ parentKey: level.foldersKey, displayName: entry.name });
      await readLevel(mailbox, { path, itemsKey: folder.key, foldersKey: folder.key });
    }
  }
}

async function addFile(mailbox: Mailbox, folderKey: number, path: string): Promise<void> {
  const bytes = await readFile(path);
  const { mtimeMs } = await stat(path);
  const receivedMs = Math.floor(mtimeMs / 1000) * 1000;
  const given = { receivedMs, isRead: true, isDraft: false };
  const props = propsOfMime(readMimeMessage(bytes), given);
  mailbox.createItem({
    folderKey,
    props: { ...props, receivedMs: props.sentMs },
    content: { kind: 'file', path },
    sizeBytes: bytes.length + 512,
    createdMs: receivedMs,
  });
}
