import type { AppError } from '../../errors/app-error.ts';
import { isAppError } from '../../errors/app-error.ts';
import { fromHex } from '../bytes.ts';
import type { Compute } from '../ports.ts';
import type { CurrentEpoch, KmsSlot, PasswordSlot, Slot } from './header-layout.ts';
import type { KeyService } from './key-service.ts';
import { passwordKey } from './password-key.ts';
import { type SlotPlace, unwrapByPassword, unwrapByService } from './slots.ts';

/** What opens slots: any of them, and none needs to be there. */
export interface Unlocking {
  readonly password?: string | undefined;
  readonly keyService?: KeyService | undefined;
}

export interface OpenedSlot {
  readonly slot: Slot;
  readonly rootKey: Uint8Array;
}

export interface LockedEpoch {
  readonly repositoryId: string;
  readonly current: CurrentEpoch;
}

/**
 * The first slot that opens; undefined: none does. Derives a password once, however
 * many slots there are. When nothing but the key service could have opened one, what
 * it throws is thrown.
 */
export async function unlockEpoch(
  compute: Compute,
  { repositoryId, current }: LockedEpoch,
  { password, keyService }: Unlocking,
): Promise<OpenedSlot | undefined> {
  const { epoch, slots } = current;
  const place = { repositoryId, epoch };
  for (const slot of slots) {
    if (slot.type === 'open') return { slot, rootKey: fromHex(slot.rootKey) };
  }
  const ofPasswords = slots.filter((slot) => slot.type === 'password');
  const tried = password !== undefined && ofPasswords.length > 0;
  if (tried) {
    const key = await passwordKey(compute, current.kdf, password);
    const opened = await firstOpened(compute, place, { slots: ofPasswords, key });
    if (opened !== undefined) return opened;
  }
  if (keyService === undefined) return undefined;
  const ofService = slots.filter((slot) => slot.type === 'kms');
  const answer = await askService(keyService, place, ofService);
  if (isAppError(answer)) {
    if (tried) return undefined;
    throw answer;
  }
  return answer;
}

async function firstOpened(
  compute: Compute,
  place: SlotPlace,
  { slots, key }: { readonly slots: readonly PasswordSlot[]; readonly key: Uint8Array },
): Promise<OpenedSlot | undefined> {
  for (const slot of slots) {
    const rootKey = await unwrapByPassword(compute, place, { slot, key });
    if (rootKey !== undefined) return { slot, rootKey };
  }
  return undefined;
}

/** A key that the service has lost does not keep another from opening. */
async function askService(
  service: KeyService,
  place: SlotPlace,
  slots: readonly KmsSlot[],
): Promise<OpenedSlot | AppError | undefined> {
  let refusal: AppError | undefined;
  for (const slot of slots) {
    try {
      return { slot, rootKey: await unwrapByService(service, place, slot) };
    } catch (error) {
      if (!isAppError(error)) throw error;
      refusal ??= error;
    }
  }
  return refusal;
}
