/** Slots: ways to the root key of a key epoch. docs/repository-format.md, "Header". */
import { isAppError } from '../../errors/app-error.ts';
import { fromHex, toHex, utf8 } from '../bytes.ts';
import type { Argon2Cost, Compute, Entropy } from '../ports.ts';
import type { KmsSlot, OpenSlot, PasswordSlot, Slot } from './header-layout.ts';
import type { KeyService } from './key-service.ts';

export interface SlotPorts {
  readonly compute: Compute;
  readonly entropy: Entropy;
}

/** What a slot leads to. */
export interface SlotTarget {
  readonly repositoryId: string;
  readonly epoch: number;
  readonly rootKey: Uint8Array;
}

export interface NewPassword {
  readonly password: string;
  readonly label: string;
}

export interface NewKmsSlot {
  readonly service: KeyService;
  readonly keyId: string;
  readonly label: string;
}

/** RFC 9106, section 4, second recommended option, with one lane. */
const passwordCost: Argon2Cost = { memoryKiB: 64 * 1024, passes: 3, parallelism: 1 };
const slotIdBytes = 8;

/** Leaves the root key open: for a repository that is not encrypted. */
export function openSlot({ entropy }: SlotPorts, { rootKey }: SlotTarget): OpenSlot {
  return { id: newSlotId(entropy), label: '', type: 'open', rootKey: toHex(rootKey) };
}

export async function passwordSlot(
  { compute, entropy }: SlotPorts,
  target: SlotTarget,
  { password, label }: NewPassword,
): Promise<PasswordSlot> {
  const id = newSlotId(entropy);
  const salt = entropy.randomBytes(16);
  const nonce = entropy.randomBytes(12);
  const key = await compute.argon2id(passwordBytes(password), salt, passwordCost);
  const context = utf8(slotContext(target, id));
  const wrapped = await compute.seal(key, nonce, target.rootKey, context);
  return {
    ...{ id, label, type: 'password', kdf: 'argon2id', ...passwordCost },
    ...{ salt: toHex(salt), nonce: toHex(nonce), wrapped: toHex(wrapped) },
  };
}

export async function kmsSlot(
  { entropy }: SlotPorts,
  target: SlotTarget,
  { service, keyId, label }: NewKmsSlot,
): Promise<KmsSlot> {
  const id = newSlotId(entropy);
  const wrapped = await service.wrap(keyId, target.rootKey, slotContext(target, id));
  return { id, label, type: 'kms', keyId, wrapped: toHex(wrapped) };
}

/** What opens slots: any of them, and none needs to be there. */
export interface Unlocking {
  readonly password?: string | undefined;
  readonly keyService?: KeyService | undefined;
}

/** The root key; undefined: what is given does not open this slot. */
export async function unlockSlot(
  compute: Compute,
  place: Omit<SlotTarget, 'rootKey'>,
  { slot, password, keyService }: Unlocking & { readonly slot: Slot },
): Promise<Uint8Array | undefined> {
  switch (slot.type) {
    case 'open':
      return fromHex(slot.rootKey);
    case 'password':
      return password === undefined ? undefined : unwrap(compute, { place, slot, password });
    case 'kms':
      return keyService?.unwrap(slot.keyId, fromHex(slot.wrapped), slotContext(place, slot.id));
  }
}

async function unwrap(
  compute: Compute,
  options: {
    readonly place: Omit<SlotTarget, 'rootKey'>;
    readonly slot: PasswordSlot;
    readonly password: string;
  },
): Promise<Uint8Array | undefined> {
  const { place, slot, password } = options;
  const { memoryKiB, passes, parallelism } = slot;
  const cost = { memoryKiB, passes, parallelism };
  const key = await compute.argon2id(passwordBytes(password), fromHex(slot.salt), cost);
  const context = utf8(slotContext(place, slot.id));
  try {
    return await compute.open(key, fromHex(slot.nonce), fromHex(slot.wrapped), context);
  } catch (error) {
    if (isAppError(error, 'E_REPOSITORY_DAMAGED')) return undefined;
    throw error;
  }
}

/** Binds what is wrapped to its place. */
function slotContext(place: Omit<SlotTarget, 'rootKey'>, slotId: string): string {
  return `firn/1 root key ${place.epoch} ${slotId} ${place.repositoryId}`;
}

function newSlotId(entropy: Entropy): string {
  return toHex(entropy.randomBytes(slotIdBytes));
}

function passwordBytes(password: string): Uint8Array {
  return utf8(password.normalize('NFC'));
}
