import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CatalogItem } from '@firn/shared/repository/catalog/row';
import { safeName, shortHash } from './safe-name.ts';

export interface WrittenFile {
  readonly size: number;
  /** SHA-256 of what was written, hex. */
  readonly digest: string;
}

export type FileKind = 'file' | 'eml' | 'fts';

const sniffBytes = 4_096;
const mailHeader = /^(received|from|to|subject|date|message-id|mime-version|return-path)\s*:/im;

/** What an item's content is, by its first bytes: mails may be MIME messages or opaque exports. */
export function kindOf({ format }: CatalogItem, first: Uint8Array): FileKind {
  if (format === 'file') return 'file';
  const start = first.subarray(0, sniffBytes);
  const head = Buffer.from(start).toString('latin1');
  const isText = !start.some((byte) => byte < 9 || (byte > 13 && byte < 32));
  const isHeader = /^[!-9;-~]+:[ \t]?/.test(head);
  return isText && isHeader && mailHeader.test(head) ? 'eml' : 'fts';
}

/** A file keeps its name; a mail is named by date and subject, and by its id. */
export function fileName({ itemId, name, date }: CatalogItem, kind: FileKind): string {
  if (kind === 'file') return safeName(name);
  const day = /^\d{4}-\d{2}-\d{2}/.exec(date)?.[0] ?? 'undated';
  const subject = safeName(name === '' ? 'no subject' : name);
  const short = [...subject].slice(0, 60).join('').trim();
  return `${day} ${short} [${shortHash(itemId)}].${kind}`;
}

/** Writes it beside, then gives it its name: what has a name is whole. */
export async function writeItemFile(
  path: string,
  content: AsyncIterable<Uint8Array>,
): Promise<WrittenFile> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.part`;
  try {
    const written = await writeAll(beside, content);
    await rename(beside, path);
    return written;
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** Times of a file, and the columns of an export stream that nothing else can read. */
export async function finishItemFile(
  path: string,
  item: CatalogItem,
  kind: FileKind,
): Promise<void> {
  if (kind === 'fts') {
    const { itemId, name, type, date, size, columns, properties } = item;
    const known = { itemId, name, type, date, size, columns, properties };
    await writeFile(`${path}.json`, `${JSON.stringify(known, undefined, 2)}\n`);
  }
  const modified = modifiedAt(item);
  if (modified !== undefined) await utimes(path, modified, modified);
}

function modifiedAt({ properties, date }: CatalogItem): Date | undefined {
  const info = properties['fileSystemInfo'];
  const own =
    typeof info === 'object' && info !== null && 'lastModifiedDateTime' in info
      ? info.lastModifiedDateTime
      : undefined;
  const at = new Date(typeof own === 'string' ? own : date);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

async function writeAll(path: string, content: AsyncIterable<Uint8Array>): Promise<WrittenFile> {
  const hash = createHash('sha256');
  let size = 0;
  const file = await open(path, 'w');
  try {
    for await (const chunk of content) {
      hash.update(chunk);
      size += chunk.length;
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { size, digest: hash.digest('hex') };
}
