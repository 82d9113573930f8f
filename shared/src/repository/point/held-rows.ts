import type { CatalogItem } from '../catalog/row.ts';
import { decodeJson } from '../json.ts';
import type { ItemHead } from './item-page.ts';

/** An item as it is held: what orders it, and its row as it is stored. */
export interface ItemRow extends ItemHead {
  readonly json: Uint8Array;
}

/** Of strings, the array's object and the row's own: measured, rounded up. */
const overheadBytes = 400;

interface HeldFolder {
  readonly rows: ItemRow[];
  sizeBytes: number;
}

/**
 * Rows of items by folder, up to a number of bytes. Once they exceed it, the
 * largest folder is given up, and the asked one last.
 */
export class HeldRows {
  readonly #asked: string;
  readonly #bytesMax: number;
  readonly #folders = new Map<string, HeldFolder>();
  readonly #givenUp = new Set<string>();
  #sizeBytes = 0;

  constructor(asked: string, bytesMax: number) {
    this.#asked = asked;
    this.#bytesMax = bytesMax;
  }

  add(row: ItemRow): void {
    if (this.#givenUp.has(row.folderId)) return;
    const folder = this.#folders.get(row.folderId) ?? { rows: [], sizeBytes: 0 };
    const sizeBytes = row.json.length + overheadBytes;
    folder.rows.push(row);
    folder.sizeBytes += sizeBytes;
    this.#sizeBytes += sizeBytes;
    this.#folders.set(row.folderId, folder);
    while (this.#sizeBytes > this.#bytesMax) this.#giveUp(this.#largest());
  }

  /** All rows of the folder that were added; undefined: they are not held. */
  of(folderId: string): readonly ItemRow[] | undefined {
    return this.#givenUp.has(folderId) ? undefined : (this.#folders.get(folderId)?.rows ?? []);
  }

  #largest(): string {
    let largest = this.#asked;
    let largestBytes = 0;
    for (const [folderId, { sizeBytes }] of this.#folders) {
      if (folderId === this.#asked || sizeBytes <= largestBytes) continue;
      largest = folderId;
      largestBytes = sizeBytes;
    }
    return largest;
  }

  #giveUp(folderId: string): void {
    this.#sizeBytes -= this.#folders.get(folderId)?.sizeBytes ?? 0;
    this.#folders.delete(folderId);
    this.#givenUp.add(folderId);
  }
}

/** The row with bytes of its own: those that were read belong to a whole frame. */
export function itemRow(read: Uint8Array): ItemRow {
  const { itemId, folderId, date, name } = decodeJson<CatalogItem>(read);
  return { itemId, folderId, date, name, json: Uint8Array.from(read) };
}
