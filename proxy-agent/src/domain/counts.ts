/** What a session or one of its objects did; same members as on the wire. */
export interface Counts {
  items: bigint;
  bytes: bigint;
  itemsRemoved: bigint;
  itemsFailed: bigint;
  requests: bigint;
  batchedRequests: bigint;
  storedBytes: bigint;
  packs: bigint;
  puts: bigint;
}

export function noCounts(): Counts {
  return {
    items: 0n,
    bytes: 0n,
    itemsRemoved: 0n,
    itemsFailed: 0n,
    requests: 0n,
    batchedRequests: 0n,
    storedBytes: 0n,
    packs: 0n,
    puts: 0n,
  };
}

/** The sum; an absent side counts as nothing. */
export function addCounts(a: Counts, b: Counts | undefined): Counts {
  if (b === undefined) return a;
  return {
    items: a.items + b.items,
    bytes: a.bytes + b.bytes,
    itemsRemoved: a.itemsRemoved + b.itemsRemoved,
    itemsFailed: a.itemsFailed + b.itemsFailed,
    requests: a.requests + b.requests,
    batchedRequests: a.batchedRequests + b.batchedRequests,
    storedBytes: a.storedBytes + b.storedBytes,
    packs: a.packs + b.packs,
    puts: a.puts + b.puts,
  };
}
