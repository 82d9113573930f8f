/**
 * What is stored as an object's sync state: the source's token with the time
 * at which it was taken. A token whose delta was empty is not rewritten until
 * it is a day old, so an object without changes costs nothing; it is rewritten
 * then, since the service lets old tokens die.
 *
 * Layout: one byte 1 (version), 8 bytes milliseconds since the epoch (float64,
 * big endian), the token.
 */
export interface SyncState {
  readonly takenAtMs: number;
  readonly token: Uint8Array;
}

const headBytes = 9;
const freshMs = 24 * 60 * 60 * 1000;

export function encodeSyncState({ takenAtMs, token }: SyncState): Uint8Array {
  const bytes = new Uint8Array(headBytes + token.length);
  bytes[0] = 1;
  new DataView(bytes.buffer).setFloat64(1, takenAtMs);
  bytes.set(token, headBytes);
  return bytes;
}

/** Undefined for a state of a version that this one does not know: read in full. */
export function decodeSyncState(bytes: Uint8Array): SyncState | undefined {
  if (bytes.length < headBytes || bytes[0] !== 1) return undefined;
  const takenAtMs = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(1);
  return { takenAtMs, token: bytes.subarray(headBytes) };
}

/** True when an empty delta need not store a newer token. */
export function isFresh(state: SyncState, nowMs: number): boolean {
  return nowMs - state.takenAtMs < freshMs;
}
