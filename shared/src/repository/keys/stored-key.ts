import { isEither, isHexOf, isOneOf, isOptional, isRecordOf, isText } from '../shape.ts';

interface StoredObjectKey {
  readonly type: 'object';
  readonly id: string;
  readonly objectId: string;
  /** That made it for what it was to commit; a repair's has none. */
  readonly sessionId?: string | undefined;
  readonly key: string;
}

interface StoredSecret {
  readonly type: 'content-ids';
  readonly repositoryId: string;
  readonly key: string;
}

/** The plaintext of `keys/<id>`. docs/repository-format.md, "Keys". */
export type StoredKey = StoredObjectKey | StoredSecret;

const isKey = isHexOf(32);

export const isStoredKey = isEither(
  isRecordOf<StoredObjectKey>({
    type: isOneOf('object'),
    id: isText,
    objectId: isText,
    sessionId: isOptional(isText),
    key: isKey,
  }),
  isRecordOf<StoredSecret>({ type: isOneOf('content-ids'), repositoryId: isText, key: isKey }),
);
