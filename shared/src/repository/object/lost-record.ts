import { AppError } from '../../errors/app-error.ts';
import type { ObjectIdentity } from '../session/repository-session.ts';
import { isOneOf, isRecordOf, isText } from '../shape.ts';
import type { SealedNames } from './object-names.ts';

/** What a repair puts in place of a record that cannot be read. Reaches nothing. */
export interface LostRecord extends Pick<ObjectIdentity, 'objectId' | 'kind' | 'userId'> {
  readonly format: number;
  readonly lost: true;
  /** Of another state of the object; empty: there is none. */
  readonly names: SealedNames;
  /** Under which the names lie; empty without them. */
  readonly keyId: string;
}

export const isLostRecord = isRecordOf<LostRecord>({
  format: isOneOf(1),
  lost: isOneOf(true),
  objectId: isText,
  kind: isOneOf('mailbox', 'onedrive'),
  userId: isText,
  names: isText,
  keyId: isText,
});

/** @param known another record of the object; undefined: none can be read */
export function lostRecord(
  objectId: string,
  known: Pick<LostRecord, 'kind' | 'userId' | 'names' | 'keyId'> | undefined,
): LostRecord {
  const { kind, userId, names, keyId } = known ?? ownerOf(objectId);
  return { format: 1, lost: true, objectId, kind, userId, names, keyId };
}

/** Protected objects are called `<kind>:<user id>`. */
function ownerOf(objectId: string) {
  const unnamed = { names: '', keyId: '' };
  const [, kind, userId = ''] = /^(mailbox|onedrive):(.+)$/.exec(objectId) ?? [];
  return { kind: kind === 'onedrive' ? kind : 'mailbox', userId, ...unnamed } as const;
}

export function stateLost({ objectId }: LostRecord): AppError {
  const message = `what this restore point held of object ${objectId} was lost in the repository`;
  return new AppError('E_OBJECT_STATE_LOST', message, { context: { objectId } });
}
