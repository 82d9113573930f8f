import type { BlobStore } from '../ports.ts';

export const warmPrefix = 'warm/';

/** Where a retrieval puts a pack. */
export function warmName(retrievalId: string, pack: string): string {
  return `${warmPrefix}${retrievalId}/${pack}`;
}

/** The pack that lies there. */
export function nameOfWarm(warm: string): string {
  return warm.slice(warm.indexOf('/', warmPrefix.length) + 1);
}

/** By pack: any copy of it that a retrieval has put somewhere. */
export async function warmPacks(
  store: Pick<BlobStore, 'list'>,
): Promise<ReadonlyMap<string, string>> {
  const copies = new Map<string, string>();
  for await (const { name, rehydrating } of store.list(warmPrefix)) {
    if (!rehydrating) copies.set(nameOfWarm(name), name);
  }
  return copies;
}
