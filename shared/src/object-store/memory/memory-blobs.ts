import type { HiddenBlob } from '../../repository/ports.ts';
import { blobLocked, blobNotFound } from '../blob-errors.ts';
import { compareBlobNames } from '../blob-name.ts';
import type { StoredClass } from '../rehydration.ts';

export interface StoredBlob {
  readonly bytes: Uint8Array;
  readonly class: StoredClass;
  readonly modifiedAtMs: number;
  readonly lockedUntilMs?: number;
}

interface FirstVersion {
  readonly blob: StoredBlob;
  readonly hiddenAtMs: number;
}

/** What a memory store holds: the blobs that are seen, and locked ones that are not any more. */
export class MemoryBlobs {
  readonly #seen = new Map<string, StoredBlob>();
  readonly #hidden = new Map<string, FirstVersion>();

  get(name: string): StoredBlob | undefined {
    return this.#seen.get(name);
  }

  /** A locked one that was there before is hidden. */
  set(name: string, blob: StoredBlob): void {
    this.#hideIfLocked(name, blob.modifiedAtMs);
    this.#seen.set(name, blob);
  }

  /** In order. */
  names(): string[] {
    return [...this.#seen.keys()].sort(compareBlobNames);
  }

  /** E_BLOB_LOCKED */
  remove(name: string, nowMs: number): void {
    const untilMs = this.#seen.get(name)?.lockedUntilMs ?? 0;
    if (untilMs > nowMs) throw blobLocked(name, untilMs);
    this.#seen.delete(name);
    this.#hidden.delete(name);
  }

  /** What a deletion does that does not know of locks. */
  hide(name: string, nowMs: number): void {
    this.#hideIfLocked(name, nowMs);
    this.#seen.delete(name);
  }

  retain(name: string, untilMs: number): void {
    const blob = this.#seen.get(name);
    if (blob === undefined) throw blobNotFound(name);
    const lockedUntilMs = Math.max(untilMs, blob.lockedUntilMs ?? 0);
    this.#seen.set(name, { ...blob, lockedUntilMs });
  }

  /** In order of names. */
  hidden(): HiddenBlob[] {
    const names = [...this.#hidden].sort(([a], [b]) => compareBlobNames(a, b));
    return names.map(([name, { blob, hiddenAtMs }]) => {
      const how = this.#seen.has(name) ? 'replaced' : 'deleted';
      return { name, size: blob.bytes.length, how, hiddenAtMs };
    });
  }

  unhide(name: string): void {
    const first = this.#hidden.get(name);
    if (first === undefined) {
      if (this.#seen.has(name)) return;
      throw blobNotFound(name);
    }
    this.#seen.set(name, first.blob);
    this.#hidden.delete(name);
  }

  #hideIfLocked(name: string, nowMs: number): void {
    const blob = this.#seen.get(name);
    const isLocked = (blob?.lockedUntilMs ?? 0) > nowMs;
    if (blob === undefined || !isLocked || this.#hidden.has(name)) return;
    this.#hidden.set(name, { blob, hiddenAtMs: nowMs });
  }
}
