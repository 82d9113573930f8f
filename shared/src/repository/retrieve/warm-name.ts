/** Where a retrieval puts a pack. */
export function warmName(retrievalId: string, pack: string): string {
  return `warm/${retrievalId}/${pack}`;
}
