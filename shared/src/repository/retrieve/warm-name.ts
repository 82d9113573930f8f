export const warmPrefix = 'warm/';

/** Where a retrieval puts a pack. */
export function warmName(retrievalId: string, pack: string): string {
  return `${warmPrefix}${retrievalId}/${pack}`;
}

/** The pack that lies there. */
export function nameOfWarm(warm: string): string {
  return warm.slice(warm.indexOf('/', warmPrefix.length) + 1);
}
