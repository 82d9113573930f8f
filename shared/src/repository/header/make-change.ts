/** Changes as whoever knows the passwords makes them, for whoever holds the storage to apply. */
import type { Compute } from '../ports.ts';
import { assertEncrypted, assertRemovable, type HeaderChange, slotLast } from './header-change.ts';
import { encodeHeader, type RepositoryHeader } from './header-layout.ts';
import type { KeyService } from './key-service.ts';
import { type NewEpochOptions, newEpoch, openHeader } from './repository-header.ts';
import { kmsSlot, type NewPassword, passwordSlot, type SlotPorts } from './slots.ts';

/** A header and the root key of its current epoch. */
export interface OpenedHeader {
  readonly header: RepositoryHeader;
  readonly rootKey: Uint8Array;
}

/** E_REPOSITORY_NOT_ENCRYPTED */
export async function addPassword(
  ports: SlotPorts,
  { header, rootKey }: OpenedHeader,
  added: Omit<NewPassword, 'kdf'>,
): Promise<HeaderChange> {
  assertEncrypted(header);
  const { repositoryId, current } = header;
  const target = { repositoryId, epoch: current.epoch, rootKey };
  const slot = await passwordSlot(ports, target, { ...added, kdf: current.kdf });
  return { type: 'add', epoch: current.epoch, slot };
}

/** E_REPOSITORY_NOT_ENCRYPTED, and what the key service throws. */
export async function addKmsKey(
  ports: SlotPorts,
  { header, rootKey }: OpenedHeader,
  added: { readonly service: KeyService; readonly keyId: string; readonly label: string },
): Promise<HeaderChange> {
  assertEncrypted(header);
  const { repositoryId, current } = header;
  const target = { repositoryId, epoch: current.epoch, rootKey };
  return { type: 'add', epoch: current.epoch, slot: await kmsSlot(ports, target, added) };
}

/** E_REPOSITORY_PASSWORD_WRONG unless one of the slots is the current password's. */
export async function changePassword(
  ports: SlotPorts,
  header: RepositoryHeader,
  passwords: { readonly current: string; readonly next: string },
): Promise<HeaderChange> {
  assertEncrypted(header);
  const { slot, rootKey } = await openByPassword(ports.compute, header, passwords.current);
  const { repositoryId, current } = header;
  const target = { repositoryId, epoch: current.epoch, rootKey };
  const next = { password: passwords.next, label: slot.label, kdf: current.kdf };
  return {
    type: 'replace',
    epoch: current.epoch,
    slotId: slot.id,
    slot: await passwordSlot(ports, target, next),
  };
}

/** E_REPOSITORY_SLOT_UNKNOWN, E_REPOSITORY_SLOT_LAST */
export function removeSlot(header: RepositoryHeader, slotId: string): HeaderChange {
  assertRemovable(header, slotId);
  return { type: 'remove', slotId };
}

export interface Rotation {
  readonly change: HeaderChange;
  /** Of the epoch that begins. */
  readonly rootKey: Uint8Array;
}

/**
 * A new key epoch. Nobody but the openers opens it, nor what is older.
 * E_REPOSITORY_SLOT_LAST without any: encryption is never turned off.
 */
export async function rotateKey(
  ports: SlotPorts,
  header: RepositoryHeader,
  openers: NewEpochOptions,
): Promise<Rotation> {
  const { repositoryId, current } = header;
  const isOpened = (openers.passwords ?? []).length > 0 || openers.kmsKeyId !== undefined;
  if (!isOpened) throw slotLast(repositoryId, 'without a password or key');
  const place = { repositoryId, epoch: current.epoch + 1 };
  const made = await newEpoch(ports, place, openers);
  return { change: { type: 'rotate', current: made.current }, rootKey: made.rootKey };
}

async function openByPassword(compute: Compute, header: RepositoryHeader, password: string) {
  return openHeader(await encodeHeader(compute, header), { password }, compute);
}
