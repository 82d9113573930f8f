import { mustThaw } from '../../storage-class/storage-class.ts';
import { isTail, keptBy } from '../log/names.ts';
import type { OpenContext } from '../open-context.ts';
import { readManifest } from '../pack/manifests.ts';
import type { BlobInfo } from '../ports.ts';
import { problemOf } from './finding.ts';

/** Names of the packs that have a manifest, by one listing. */
export async function packsWithManifest({ ports }: OpenContext): Promise<ReadonlySet<string>> {
  const packs = new Set<string>();
  for await (const { name } of ports.store.list('manifests/')) packs.add(keptBy(name));
  return packs;
}

/**
 * What is wrong with the manifest of a pack that exists; undefined: nothing. What
 * can be read as it lies needs none.
 */
export async function manifestProblem(
  { ports, keys }: OpenContext,
  { name, storageClass }: BlobInfo,
  withManifest: ReadonlySet<string>,
): Promise<string | undefined> {
  if (isTail(name)) return undefined;
  if (!withManifest.has(name)) return mustThaw(storageClass) ? 'it is missing' : undefined;
  return problemOf(() => readManifest({ ...ports, footerKey: keys.derived.footers }, name));
}
