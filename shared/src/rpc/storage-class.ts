import type { StorageRef } from '../gen/firn/link/v1/work.ts';
import { type StorageClass, storageClasses } from '../storage-class/storage-class.ts';

/** The class of a storage's data packs; one that this version does not know is taken as hot. */
export function storageClassOf(storage: StorageRef): StorageClass {
  return storageClasses.find((name) => name === storage.storageClass) ?? 'hot';
}
