import { isRecord, textAt } from '../client/json-value.ts';

/** What a drive's next session needs; JSON of version 1 inside the object's sync state. */
export interface DriveSyncState {
  readonly driveId: string;
  /** The delta link, whole. */
  readonly link: string;
}

const version = 1;

export function encodeDriveState(state: DriveSyncState): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version, ...state }));
}

/** undefined: not a state that this version understands, so everything is enumerated. */
export function decodeDriveState(bytes: Uint8Array): DriveSyncState | undefined {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (!isRecord(json) || json['version'] !== version) return undefined;
    const driveId = textAt(json, 'driveId');
    const link = textAt(json, 'link');
    return driveId === undefined || link === undefined ? undefined : { driveId, link };
  } catch {
    return undefined;
  }
}
