import { isAppError } from '../../errors/app-error.ts';
import type { EntryCodec } from './codec.ts';
import { checkpointName, checkpointPrefix, parseCheckpointName } from './names.ts';
import { patiently } from './patience.ts';
import { getIfThere, type LogReading } from './read-log.ts';
import type { LogState } from './state.ts';

/**
 * Writes the state after entry state.head. It is a pure function of log/0..head,
 * so whoever was first wrote the same, and failing to write costs only time.
 */
export async function writeCheckpoint(
  { store, codec, signal }: LogReading,
  state: LogState,
): Promise<void> {
  const bytes = await codec.encodeCheckpoint(state);
  try {
    const options = signal ? { ifAbsent: true, signal } : { ifAbsent: true };
    await store.put(checkpointName(state.head), bytes, options);
  } catch (error) {
    if (!isAppError(error)) throw error;
  }
}

/**
 * The newest checkpoint that is listed and can be used; undefined: the log is
 * read from its beginning. A list that lags, or a checkpoint that is damaged,
 * makes the reading longer and nothing else.
 */
export async function readNewestCheckpoint(reading: LogReading): Promise<LogState | undefined> {
  for (const n of await listCheckpoints(reading)) {
    const blob = await getIfThere(reading, checkpointName(n));
    const state = blob && (await decodeIfUsable(reading.codec, n, blob.bytes));
    if (state !== undefined) return state;
  }
  return undefined;
}

/** Newest first. */
async function listCheckpoints({ store, clock, signal }: LogReading): Promise<readonly number[]> {
  return patiently(
    clock,
    async () => {
      const found: number[] = [];
      for await (const { name } of store.list(checkpointPrefix, signal)) {
        const n = parseCheckpointName(name);
        if (n !== undefined) found.push(n);
      }
      return found.sort((a, b) => b - a);
    },
    signal,
  );
}

async function decodeIfUsable(
  codec: EntryCodec,
  n: number,
  bytes: Uint8Array,
): Promise<LogState | undefined> {
  try {
    return await codec.decodeCheckpoint(n, bytes);
  } catch (error) {
    if (isAppError(error, 'E_REPOSITORY_DAMAGED')) return undefined;
    throw error;
  }
}
