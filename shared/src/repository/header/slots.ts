/** Slots: ways to the root key of a key epoch. docs/repository-format.md, "Header". */
import { isAppError } from '../../errors/app-error.ts';
import { fromHex, toHex, utf8 } from '../bytes.ts';
import type { Compute, Entropy } from '../ports.ts';
import type { KmsSlot, OpenSlot, PasswordSlot } from './header-layout.ts';
import type { KeyService } from './key-service.ts';
import { type PasswordKdf, passwordKey } from './password-key.ts';

export interface SlotPorts {
  readonly compute: Compute;
  readonly entropy: Entropy;
}

/** Where a slot is. */
export interface SlotPlace {
  readonly repositoryId: string;
  readonly epoch: number;
}

/** What a slot leads to. */
export interface SlotTarget extends SlotPlace {
  readonly rootKey: Uint8Array;
}

export interface NewPassword {
  readonly password: string;
  readonly label: string;
  /** Of the epoch. */
  readonly kdf: PasswordKdf;
}

export interface NewKmsSlot {
  readonly service: KeyService;
  readonly keyId: string;
  readonly label: string;
}

const slotIdBytes = 8;

/** Leaves the root key open: for a repository that is not encrypted. */
export function openSlot({ entropy }: SlotPorts, { rootKey }: SlotTarget): OpenSlot {
  return { id: newSlotId(entropy), label: '', type: 'open', rootKey: toHex(rootKey) };
}

export async function passwordSlot(
  { compute, entropy }: SlotPorts,
  target: SlotTarget,
  { password, label, kdf }: NewPassword,
): Promise<PasswordSlot> {
  const id = newSlotId(entropy);
  const nonce = entropy.randomBytes(12);
  const key = await slotKey(compute, id, await passwordKey(compute, kdf, password));
  const context = utf8(slotContext(target, id));
  const wrapped = await compute.seal(key, nonce, target.rootKey, context);
  return { id, label, type: 'password', nonce: toHex(nonce), wrapped: toHex(wrapped) };
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

/** The root key; undefined: the password key does not open this slot. */
export async function unwrapByPassword(
  compute: Compute,
  place: SlotPlace,
  { slot, key }: { readonly slot: PasswordSlot; readonly key: Uint8Array },
): Promise<Uint8Array | undefined> {
  const { id, nonce, wrapped } = slot;
  const opening = await slotKey(compute, id, key);
  const context = utf8(slotContext(place, id));
  try {
    return await compute.open(opening, fromHex(nonce), fromHex(wrapped), context);
  } catch (error) {
    if (isAppError(error, 'E_REPOSITORY_DAMAGED')) return undefined;
    throw error;
  }
}

/** The root key; fails as KeyService.unwrap does. */
export function unwrapByService(
  service: KeyService,
  place: SlotPlace,
  { id, keyId, wrapped }: KmsSlot,
): Promise<Uint8Array> {
  return service.unwrap(keyId, fromHex(wrapped), slotContext(place, id));
}

function slotKey(compute: Compute, slotId: string, key: Uint8Array): Promise<Uint8Array> {
  return compute.hkdf(key, fromHex(slotId), 'firn/1 password slot', 32);
}

/** Binds what is wrapped to its place. */
function slotContext({ epoch, repositoryId }: SlotPlace, slotId: string): string {
  return `firn/1 root key ${epoch} ${slotId} ${repositoryId}`;
}

function newSlotId(entropy: Entropy): string {
  return toHex(entropy.randomBytes(slotIdBytes));
}
