import type { ObjectKey } from '../keys/key-ring.ts';
import type { FinishedDraft } from '../object/object-draft.ts';
import { type ObjectNames, sealNames } from '../object/object-names.ts';
import type {
  ObjectRecord,
  StoredRecord,
  StoredState,
  WholeRecord,
} from '../object/object-record.ts';
import type { ObjectState } from '../object/object-state.ts';
import type { BoxPorts } from '../segment/box.ts';
import type { ObjectEnd, ObjectIdentity } from './repository-session.ts';

export interface ComposeRecord {
  readonly ports: BoxPorts;
  readonly identity: ObjectIdentity;
  readonly jobId: string;
  readonly sessionId: string;
  readonly key: ObjectKey;
  readonly olderKeyIds: readonly string[];
  readonly contentIds: string;
  /** What the object is based on. */
  readonly previous: ObjectState | undefined;
  readonly end: ObjectEnd;
  readonly levels: FinishedDraft;
  readonly state: StoredState;
}

/** A touched record when nothing but the sync state is another than before, else a whole one. */
export async function composeRecord(options: ComposeRecord): Promise<StoredRecord> {
  const { ports, identity, key, previous, jobId, sessionId, end, state } = options;
  const { mode, counts } = end;
  const unnamed = withoutNames(options);
  if (previous !== undefined && differsOnlyInState(unnamed, previous.record)) {
    if (isNamedAs(identity, await previous.names())) {
      return { format: 1, base: previous.wholeRoot, jobId, sessionId, mode, counts, state };
    }
  }
  return { ...unnamed, names: await sealNames(ports, key.key, identity) };
}

function withoutNames(options: ComposeRecord): Omit<WholeRecord, 'names'> {
  const { identity, jobId, sessionId, key, olderKeyIds, contentIds, end, levels, state } = options;
  const { counts: rows, catalog, index, table, itemsSinceMs } = levels;
  const { items, folders, failedItems } = rows;
  const { objectId, kind, userId } = identity;
  const { mode, counts } = end;
  return {
    format: 1,
    ...{ jobId, sessionId, keyId: key.id, olderKeyIds, contentIds },
    ...{ objectId, kind, userId },
    ...{ mode, counts, items, folders, failedItems, state },
    ...{ catalog, index, table },
    ...(itemsSinceMs === undefined ? {} : { itemsSinceMs }),
  };
}

/** Levels that are the same runs have the same rows. */
function differsOnlyInState(record: Omit<WholeRecord, 'names'>, before: ObjectRecord): boolean {
  const known = (each: Omit<WholeRecord, 'names'>) => [
    ...[each.keyId, each.olderKeyIds, each.contentIds, each.kind, each.userId, each.jobId],
    ...[each.catalog, each.index, each.table].map((levels) =>
      levels.map((level) => level.map(({ segment }) => segment)),
    ),
  ];
  return JSON.stringify(known(record)) === JSON.stringify(known(before));
}

function isNamedAs(now: ObjectNames, before: ObjectNames): boolean {
  return (
    now.userPrincipalName === before.userPrincipalName && now.displayName === before.displayName
  );
}
