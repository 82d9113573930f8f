/** Making and unlocking headers. docs/repository-format.md, "Header". */
import { AppError } from '../../errors/app-error.ts';
import type { Compute, Entropy } from '../ports.ts';
import {
  type CurrentEpoch,
  encodeHeader,
  type RepositoryHeader,
  type Slot,
  verifyHeader,
} from './header-layout.ts';
import type { KeyService } from './key-service.ts';
import { newPasswordKdf, type PasswordKdf } from './password-key.ts';
import { keyCheck, rootKeyBytes } from './root-keys.ts';
import { kmsSlot, openSlot, passwordSlot, type SlotPlace, type SlotTarget } from './slots.ts';
import { type Unlocking, unlockEpoch } from './unlock-epoch.ts';

/** Who may open an epoch from its beginning. */
export interface Openers {
  /** Each gets a slot. */
  readonly passwords?: readonly NamedPassword[] | undefined;
  /** Gets a slot for the key when both are given. */
  readonly keyService?: KeyService | undefined;
  readonly kmsKeyId?: string | undefined;
}

export interface NewEpochOptions extends Openers {
  /** One that was made for this epoch before; default a new one. */
  readonly rootKey?: Uint8Array | undefined;
}

export interface NamedPassword {
  readonly password: string;
  /** Default empty. */
  readonly label?: string | undefined;
}

export interface CreateHeader extends Pick<Openers, 'keyService' | 'kmsKeyId'> {
  readonly repositoryId: string;
  /** Undefined, without a KMS key too: not encrypted, the root key lies open in the header. */
  readonly password: string | undefined;
  readonly entropy: Entropy;
  readonly compute: Compute;
}

export interface CreatedHeader {
  /** The bytes of header/0. */
  readonly header: Uint8Array;
  /** 32 bytes. */
  readonly rootKey: Uint8Array;
}

export async function createHeader(options: CreateHeader): Promise<CreatedHeader> {
  const { repositoryId, password, compute } = options;
  const passwords = password === undefined ? [] : [{ password }];
  const made = await newEpoch(options, { repositoryId, epoch: 1 }, { ...options, passwords });
  const header = { repositoryId, older: [], current: made.current };
  return { header: await encodeHeader(compute, header), rootKey: made.rootKey };
}

export interface NewEpoch {
  readonly current: CurrentEpoch;
  readonly rootKey: Uint8Array;
}

/** A key epoch with a root key of its own; without openers it lies open. */
export async function newEpoch(
  ports: { readonly compute: Compute; readonly entropy: Entropy },
  place: SlotPlace,
  openers: NewEpochOptions,
): Promise<NewEpoch> {
  const rootKey = openers.rootKey ?? ports.entropy.randomBytes(rootKeyBytes);
  const target = { ...place, rootKey };
  const kdf = newPasswordKdf(ports.entropy);
  const slots = await slotsFor(ports, target, { ...openers, kdf });
  const open = slots.length === 0;
  const check = await keyCheck(ports.compute, place.repositoryId, rootKey);
  const current = {
    epoch: place.epoch,
    open,
    check,
    kdf,
    slots: open ? [openSlot(ports, target)] : slots,
    removed: [],
  };
  return { current, rootKey };
}

async function slotsFor(
  ports: { readonly compute: Compute; readonly entropy: Entropy },
  target: SlotTarget,
  { passwords = [], keyService, kmsKeyId, kdf }: Openers & { readonly kdf: PasswordKdf },
): Promise<Slot[]> {
  const slots: Slot[] = [];
  for (const { password, label = '' } of passwords) {
    slots.push(await passwordSlot(ports, target, { password, label, kdf }));
  }
  if (keyService !== undefined && kmsKeyId !== undefined) {
    const made = { service: keyService, keyId: kmsKeyId, label: '' };
    slots.push(await kmsSlot(ports, target, made));
  }
  return slots;
}

export interface Unlocked {
  readonly header: RepositoryHeader;
  /** The slot that was opened. */
  readonly slot: Slot;
  /** Of the current key epoch. */
  readonly rootKey: Uint8Array;
}

/**
 * Tries every slot, with one derivation of the password. E_REPOSITORY_PASSWORD_WRONG, also
 * when a password is needed and none is given; E_REPOSITORY_DAMAGED; what the key
 * service throws when it alone could have opened a slot.
 */
export async function openHeader(
  bytes: Uint8Array,
  unlocking: Unlocking,
  compute: Compute,
): Promise<Unlocked> {
  const header = await verifyHeader(bytes, compute);
  const opened = await unlockEpoch(compute, header, unlocking);
  if (opened !== undefined) return { header, ...opened };
  const { repositoryId, current } = header;
  const needed = neededFor(current);
  throw new AppError(
    'E_REPOSITORY_PASSWORD_WRONG',
    unlocking.password === undefined
      ? `repository ${repositoryId} needs ${needed}, and nothing that opens it was given`
      : `the password does not open repository ${repositoryId}`,
    { context: { repositoryId } },
  );
}

/** In words: what would open the epoch. */
function neededFor({ slots }: CurrentEpoch): string {
  const passwords = slots.filter(({ type }) => type === 'password').length;
  const keys = slots.flatMap((slot) => (slot.type === 'kms' ? [slot.keyId] : []));
  const ways = [
    ...(passwords === 0 ? [] : ['a password']),
    ...keys.map((keyId) => `key ${keyId} of a key service`),
  ];
  return ways.join(' or ');
}

/** The root key of the current epoch; fails as openHeader does. */
export async function unlockHeader(
  header: Uint8Array,
  password: string | undefined,
  compute: Compute,
): Promise<Uint8Array> {
  return (await openHeader(header, { password }, compute)).rootKey;
}
