/** Changes of who can open a repository, each safe to apply twice. */
import { AppError } from '../../errors/app-error.ts';
import type { Compute, Entropy } from '../ports.ts';
import type { CurrentEpoch, RepositoryHeader, Slot } from './header-layout.ts';
import { currentRootKey, keysChanged, sealOlder } from './root-keys.ts';

/**
 * Slots are made by whoever knows the password: the change itself holds nothing
 * that opens anything, save the slot of a repository that is not encrypted.
 */
export type HeaderChange =
  | { readonly type: 'add'; readonly epoch: number; readonly slot: Slot }
  | { readonly type: 'remove'; readonly slotId: string }
  | {
      readonly type: 'replace';
      readonly epoch: number;
      readonly slotId: string;
      readonly slot: Slot;
    }
  /** A new key epoch, which those of its slots open and nobody else. */
  | { readonly type: 'rotate'; readonly current: CurrentEpoch };

/** For its way to whoever applies it. */
export function encodeChange(change: HeaderChange): string {
  return JSON.stringify(change);
}

/** E_WORK_UNKNOWN */
export function decodeChange(text: string): HeaderChange {
  const change = JSON.parse(text) as HeaderChange;
  if (['add', 'remove', 'replace', 'rotate'].includes(change.type)) return change;
  throw new AppError('E_WORK_UNKNOWN', `the header cannot be changed by ${change.type}`);
}

export interface ApplyPorts {
  readonly compute: Compute;
  readonly entropy: Entropy;
  /** For a rotation: those of the epoch that ends and of the one that begins. */
  readonly rootKeys: readonly Uint8Array[];
}

/**
 * The header after the change; undefined: it is applied already.
 * E_REPOSITORY_SLOT_UNKNOWN, E_REPOSITORY_SLOT_LAST; E_REPOSITORY_KEYS_CHANGED when
 * the change was made for another key epoch.
 */
export async function applyChange(
  ports: ApplyPorts,
  header: RepositoryHeader,
  change: HeaderChange,
): Promise<RepositoryHeader | undefined> {
  switch (change.type) {
    case 'add':
      return addSlot(header, change);
    case 'remove':
      return removeSlot(header, change.slotId);
    case 'replace':
      return replaceSlot(header, change);
    case 'rotate':
      return rotate(ports, header, change.current);
  }
}

type SlotChange<Type> = Extract<HeaderChange, { readonly type: Type }>;

function addSlot(header: RepositoryHeader, change: SlotChange<'add'>) {
  if (wasAdded(header, change.slot)) return undefined;
  assertEpoch(header, change.epoch);
  assertEncrypted(header);
  const { current } = header;
  return { ...header, current: { ...current, slots: [...current.slots, change.slot] } };
}

function removeSlot(header: RepositoryHeader, slotId: string) {
  const { slots } = header.current;
  if (!has(slots, slotId)) return undefined;
  if (slots.length > 1) return withoutSlot(header, slotId);
  throw slotLast(header.repositoryId, `without ${slotId}`);
}

export function slotLast(repositoryId: string, without: string): AppError {
  return new AppError(
    'E_REPOSITORY_SLOT_LAST',
    `nobody could open repository ${repositoryId} ${without}`,
    { context: { repositoryId } },
  );
}

function replaceSlot(header: RepositoryHeader, change: SlotChange<'replace'>) {
  if (wasAdded(header, change.slot)) return undefined;
  assertEpoch(header, change.epoch);
  if (!has(header.current.slots, change.slotId)) throw slotUnknown(header, change.slotId);
  return withoutSlot(header, change.slotId, change.slot);
}

async function rotate(ports: ApplyPorts, header: RepositoryHeader, next: CurrentEpoch) {
  const { repositoryId, older, current } = header;
  if (current.epoch === next.epoch && current.check === next.check) {
    // Begun before, by a session that could not tell: who opens it is said anew.
    const isApplied = next.slots.some((slot) => wasAdded(header, slot));
    return isApplied ? undefined : { ...header, current: next };
  }
  assertEpoch(header, next.epoch - 1);
  const own = await currentRootKey(ports.compute, header, ports.rootKeys);
  const after = { repositoryId, older, current: next };
  const nextKey = await currentRootKey(ports.compute, after, ports.rootKeys);
  const ended = await sealOlder(ports, header, { own, next: nextKey });
  return { repositoryId, older: [...older, ended], current: next };
}

/** E_REPOSITORY_SLOT_UNKNOWN, E_REPOSITORY_SLOT_LAST: asked before a change is sent on its way. */
export function assertRemovable(header: RepositoryHeader, slotId: string): void {
  if (!has(header.current.slots, slotId)) throw slotUnknown(header, slotId);
  removeSlot(header, slotId);
}

/** E_REPOSITORY_NOT_ENCRYPTED: a password beside an open key would protect nothing. */
export function assertEncrypted({ repositoryId, current }: RepositoryHeader): void {
  if (!current.slots.some(({ type }) => type === 'open')) return;
  throw new AppError(
    'E_REPOSITORY_NOT_ENCRYPTED',
    `the key of repository ${repositoryId} lies open in its header`,
    { context: { repositoryId } },
  );
}

function assertEpoch({ repositoryId, current }: RepositoryHeader, epoch: number): void {
  if (current.epoch !== epoch) throw keysChanged(repositoryId, current.epoch);
}

function slotUnknown({ repositoryId }: RepositoryHeader, slotId: string): AppError {
  return new AppError(
    'E_REPOSITORY_SLOT_UNKNOWN',
    `repository ${repositoryId} has no password or key ${slotId}`,
    { context: { repositoryId, slotId } },
  );
}

/** It opens the epoch, or did once: an addition that comes late brings nothing back. */
function wasAdded({ current }: RepositoryHeader, { id }: Slot): boolean {
  return has(current.slots, id) || current.removed.includes(id);
}

/** @param instead the slot that takes its place, if any */
function withoutSlot(header: RepositoryHeader, id: string, instead?: Slot): RepositoryHeader {
  const { current } = header;
  const kept = current.slots.filter((slot) => slot.id !== id);
  const slots = instead === undefined ? kept : [...kept, instead];
  return { ...header, current: { ...current, slots, removed: [...current.removed, id] } };
}

function has(slots: readonly Slot[], id: string): boolean {
  return slots.some((slot) => slot.id === id);
}
