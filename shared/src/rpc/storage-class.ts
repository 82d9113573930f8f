import type { StorageRef } from '../gen/firn/link/v1/work.ts';

const storageClasses = ['hot', 'cool', 'cold', 'archive'] as const;

/** The class of a storage's data packs; one that this version does not know is taken as hot. */
export function storageClassOf(storage: StorageRef): (typeof storageClasses)[number] {
  return storageClasses.find((name) => name === storage.storageClass) ?? 'hot';
}
