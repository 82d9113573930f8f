/** The tenant that is copied: made of a seed, of any size. */
import type { NewItem } from '@firn/shared/repository/session/repository-session';
import { Random } from '../engine/datasets/random.ts';
import { Vocabulary } from '../engine/datasets/text.ts';

const mib = 2 ** 20;
const mailboxes = 50;
const drives = 20;
/** Of a mailbox at scale 1: 50 MB to 5 GB. */
const mailboxMedianBytes = 500 * mib;
const mailboxSigma = 1.1;
const mailboxBytesMin = 50 * mib;
const mailboxBytesMax = 5_000 * mib;
const driveMedianBytes = 800 * mib;
const mailMedianBytes = 30_000;
const mailSigma = 1.3;
const attachmentShare = 0.1;
const fileMedianBytes = 600_000;
const fileSigma = 1.5;
const years = 6;
const firstYear = 2019;
const folders = ['inbox', 'sent', 'archive', 'projects', 'newsletters'];
const poolBytes = 16 * mib;

export interface TenantObject {
  readonly objectId: string;
  readonly kind: 'mailbox' | 'onedrive';
  readonly bytes: number;
}

/** An item, and its content: good until the next one is asked for. */
export interface TenantItem {
  readonly item: NewItem;
  readonly content: Uint8Array;
}

export class Tenant {
  readonly objects: readonly TenantObject[];
  readonly #random: Random;
  readonly #text: Buffer;
  readonly #dense: Buffer;
  #made = 0;

  constructor(scale: number, seed = 11) {
    this.#random = new Random(seed);
    this.#text = Buffer.from(
      new Vocabulary(new Random(0)).text(this.#random, poolBytes / 2),
      'latin1',
    );
    this.#dense = this.#random.bytes(poolBytes);
    const mails = Array.from({ length: mailboxes }, (_, n) =>
      anObject('mailbox', n, this.#size(mailboxMedianBytes) * scale),
    );
    const files = Array.from({ length: drives }, (_, n) =>
      anObject('onedrive', n, this.#size(driveMedianBytes) * scale),
    );
    this.objects = [...mails, ...files];
  }

  /** All that an object has at first, of about so many bytes: folder by folder, and by date in each. */
  *first({ objectId, kind, bytes }: TenantObject): Generator<TenantItem> {
    const ofFolder = bytes / folders.length;
    for (const folderId of folders) {
      for (let given = 0; given < ofFolder; ) {
        const content = this.#content(kind);
        const dayMs = ((given / ofFolder) * years * 365 + this.#random.next()) * 86_400_000;
        given += content.length;
        const date = new Date(Date.UTC(firstYear, 0, 1) + dayMs);
        yield { item: this.#row(objectId, { folderId, date, size: content.length }), content };
      }
    }
  }

  /** What comes to it in a month, of about so many bytes: into any folder. */
  *month({ objectId, kind }: TenantObject, month: number, bytes: number): Generator<TenantItem> {
    for (let given = 0; given < bytes; ) {
      const content = this.#content(kind);
      given += content.length;
      const date = new Date(Date.UTC(firstYear + years, month, 1 + this.#random.below(28)));
      const folderId = folders[this.#random.below(folders.length)] ?? 'inbox';
      yield { item: this.#row(objectId, { folderId, date, size: content.length }), content };
    }
  }

  #content(kind: TenantObject['kind']): Uint8Array {
    return kind === 'mailbox' ? this.#mail() : this.#file();
  }

  #row(objectId: string, of: { folderId: string; date: Date; size: number }): NewItem {
    const { folderId, date, size } = of;
    this.#made += 1;
    const itemId = `${objectId}-${this.#made}`;
    return {
      ...{ itemId, folderId, name: `Subject of ${itemId}`, type: 'IPM.Note', size },
      ...{ changeKey: 'key', date: date.toISOString(), columns: {}, properties: {} },
      format: 'fts',
    };
  }

  #mail(): Uint8Array {
    const wanted = Math.max(1_000, this.#random.logNormal(mailMedianBytes, mailSigma));
    const length = Math.min(Math.round(wanted), 4 * mib);
    const isDense = this.#random.next() < attachmentShare;
    return this.#filled(length, isDense ? this.#dense : this.#text);
  }

  #file(): Uint8Array {
    const wanted = Math.max(4_000, this.#random.logNormal(fileMedianBytes, fileSigma));
    return this.#filled(Math.min(Math.round(wanted), 32 * mib), this.#dense);
  }

  /** Cut from a pool, so that making it costs next to nothing; no two are the same. */
  #filled(length: number, pool: Buffer): Uint8Array {
    const bytes = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; ) {
      const from = this.#random.below(pool.length - 1024);
      const stretch = Math.min(256 * 1024, pool.length - from, length - at);
      pool.copy(bytes, at, from, from + stretch);
      at += stretch;
    }
    for (let at = 0; at + 8 <= length; at += 64 * 1024)
      bytes.writeDoubleBE(this.#random.next(), at);
    return bytes;
  }

  #size(median: number): number {
    const size = this.#random.logNormal(median, mailboxSigma);
    return Math.min(mailboxBytesMax, Math.max(mailboxBytesMin, size));
  }
}

function anObject(kind: TenantObject['kind'], n: number, bytes: number): TenantObject {
  return { objectId: `${kind}-${String(n).padStart(2, '0')}`, kind, bytes: Math.round(bytes) };
}
