import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '@firn/shared/errors/app-error';
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

/** What of an item is written, and as what. */
export interface ItemFile {
  readonly item: CatalogItem;
  readonly kind: FileKind;
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Writes it beside, then gives it its name: what has a name is whole. With times of
 * a file, and the columns of an export stream that nothing else can read.
 * E_RESCUE_TARGET_UNUSABLE, E_RESCUE_FILE_REFUSED, and as the content does
 */
export async function writeItemFile(path: string, file: ItemFile): Promise<WrittenFile> {
  const beside = `${path}.part`;
  try {
    const written = await writeAll(beside, file.content);
    await rename(beside, path);
    await describeFile(path, file);
    return written;
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw error instanceof AppError ? error : fileProblem(path, error);
  }
}

/** Errors of one name; all others would be those of the next file too. */
const refusals = ['ENAMETOOLONG', 'EINVAL', 'EILSEQ', 'EISDIR', 'ENOTDIR'];

function fileProblem(path: string, error: unknown): AppError {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isRefusal = refusals.includes(code);
  const problem = isRefusal ? 'E_RESCUE_FILE_REFUSED' : 'E_RESCUE_TARGET_UNUSABLE';
  return new AppError(problem, `${path} cannot be written: ${message}`, { cause: error });
}

async function describeFile(path: string, { item, kind }: ItemFile): Promise<void> {
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
  const file = await openNew(path);
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

/** Makes its folder when it is not there: most often it is. */
async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    await mkdir(dirname(path), { recursive: true });
    return open(path, 'w');
  }
}
