import { mustThaw, type StorageClass } from '../storage-class/storage-class.ts';

/**
 * The archive of the memory and folder stores. A blob of class archive cannot
 * be read. A copy out of it into another class is a blob that stays archived
 * and rehydrating until `readyAtMs`, then has class `storageClass`.
 */
export interface StoredClass {
  readonly storageClass: StorageClass;
  /** Set on a copy out of the archive class. */
  readonly readyAtMs?: number;
}

export interface ShownClass {
  readonly storageClass: StorageClass;
  readonly rehydrating: boolean;
}

/** How a stored class looks from outside at a time. */
export function shownClass(stored: StoredClass, nowMs: number): ShownClass {
  const rehydrating = stored.readyAtMs !== undefined && nowMs < stored.readyAtMs;
  return { storageClass: rehydrating ? 'archive' : stored.storageClass, rehydrating };
}

/** The class of a copy that is begun now. */
export function classOfCopy(
  from: ShownClass,
  to: StorageClass,
  rehydration: { readonly nowMs: number; readonly takesMs: number },
): StoredClass {
  const thaws = mustThaw(from.storageClass) && !mustThaw(to) && rehydration.takesMs > 0;
  if (!thaws) return { storageClass: to };
  return { storageClass: to, readyAtMs: rehydration.nowMs + rehydration.takesMs };
}
