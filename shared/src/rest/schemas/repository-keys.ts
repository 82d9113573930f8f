import { type Static, Type } from 'typebox';
import { closed, Id, open } from './fields.ts';
import { Session } from './session.ts';

const Password = Type.String({
  minLength: 8,
  maxLength: 1_000,
  writeOnly: true,
  description: 'Never stored',
});
const Label = Type.String({
  maxLength: 200,
  default: '',
  description: 'What it is called; lies open in the header',
});
const KmsKeyId = Type.String({
  minLength: 1,
  maxLength: 200,
  description: 'What the key service of the controller calls the key',
});
const SlotId = Type.String({ pattern: '^[0-9a-f]{16}$' });

/** Who can open a repository. */
export const RepositoryKeys = open('RepositoryKeys', {
  epochs: Type.Array(
    open('KeyEpoch', {
      epoch: Type.Integer({ minimum: 1 }),
      current: Type.Boolean({ description: 'Everything new is written under it' }),
      open: Type.Boolean({
        description: 'What was written under it lay under a key that was open in the storage',
      }),
    }),
    { description: 'Oldest first' },
  ),
  slots: Type.Array(
    open('KeySlot', {
      id: SlotId,
      label: Type.String(),
      type: Type.Enum(['open', 'password', 'kms']),
      kmsKeyId: Type.Optional(KmsKeyId),
    }),
    { description: 'Each opens the current epoch, and with it the older ones' },
  ),
});
export type RepositoryKeys = Static<typeof RepositoryKeys>;

export const PasswordAdd = closed(
  { password: Password, label: Type.Optional(Label) },
  'PasswordAdd',
);
export const PasswordChange = closed(
  { currentPassword: Type.String({ maxLength: 1_000, writeOnly: true }), newPassword: Password },
  'PasswordChange',
);
export const KmsKeyAdd = closed({ kmsKeyId: KmsKeyId, label: Type.Optional(Label) }, 'KmsKeyAdd');

/** At least one of both. Whatever is not named here opens nothing any more. */
export const KeyRotation = closed(
  {
    passwords: Type.Optional(Type.Array(PasswordAdd, { maxItems: 20 })),
    kmsKeyId: Type.Optional(KmsKeyId),
  },
  'KeyRotation',
);

export const Erase = closed(
  {
    users: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 400 }), {
        maxItems: 100,
        description: 'User principal names or ids: all objects of these users',
      }),
    ),
    objectIds: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), { maxItems: 100 }),
    ),
  },
  'Erase',
);

export const EraseStarted = open('EraseStarted', {
  session: Session,
  copies: Type.Array(
    open('CopyElsewhere', {
      copyJob: Type.String(),
      repositoryId: Id,
      repository: Type.String({ description: 'Its name' }),
    }),
    { description: 'Repositories that hold copies, by copy job: they are erased by themselves' },
  ),
});
export type EraseStarted = Static<typeof EraseStarted>;
export const slotParams = { slot: SlotId };
