import {
  isCount,
  isEither,
  isFlag,
  isHexOf,
  isListOf,
  isObject,
  isOneOf,
  isRecordOf,
  isText,
} from '../shape.ts';
import type { CurrentEpoch, KmsSlot, OlderEpoch, OpenSlot, PasswordSlot } from './header-layout.ts';

const nonceBytes = 12;
/** A root key, and the tag behind it. */
const wrappedBytes = 32 + 16;
/** Ids name it in two bytes. */
const epochMax = 0xffff;

const ofSlot = { id: isHexOf(8), label: isText };

const isOpenSlot = isRecordOf<OpenSlot>({ ...ofSlot, type: isOneOf('open'), rootKey: isHexOf(32) });

const isPasswordSlot = isRecordOf<PasswordSlot>({
  ...ofSlot,
  type: isOneOf('password'),
  nonce: isHexOf(nonceBytes),
  wrapped: isHexOf(wrappedBytes),
});

const isKmsSlot = isRecordOf<KmsSlot>({
  ...ofSlot,
  type: isOneOf('kms'),
  keyId: isText,
  wrapped: isText,
});

const ofEpoch = {
  epoch: (value: unknown) => isCount(value) && value >= 1 && value <= epochMax,
  open: isFlag,
  check: isHexOf(16),
};

export const isCurrentEpoch = isRecordOf<CurrentEpoch>({
  ...ofEpoch,
  // verifyKdf says whether it is allowed.
  kdf: isObject,
  slots: isListOf(isEither(isOpenSlot, isEither(isPasswordSlot, isKmsSlot))),
  removed: isListOf(isHexOf(8)),
});

export const isOlderEpochs = isListOf(
  isRecordOf<OlderEpoch>({
    ...ofEpoch,
    nonce: isHexOf(nonceBytes),
    wrapped: isHexOf(wrappedBytes),
  }),
);
