import type { RunEntry } from '@firn/shared/repository/run/run-layout';

const rowsMax = 1_000;
const bytesMax = 512 * 1024;

/** Rows put together, each with bytes of its own: those that were read belong to a whole frame. */
export async function* batches(rows: AsyncIterable<RunEntry>): AsyncGenerator<RunEntry[]> {
  let batch: RunEntry[] = [];
  let bytes = 0;
  for await (const { key, value } of rows) {
    batch.push({ key, value: value && Uint8Array.from(value) });
    bytes += key.length + (value?.length ?? 0);
    if (batch.length < rowsMax && bytes < bytesMax) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}
