/** From the root key of the current key epoch to those of all epochs. */
import { AppError } from '../../errors/app-error.ts';
import { fromHex, toHex, utf8 } from '../bytes.ts';
import type { RootKeys } from '../keys/derived-keys.ts';
import type { Compute, Entropy } from '../ports.ts';
import type { CurrentEpoch, OlderEpoch, RepositoryHeader } from './header-layout.ts';

export const rootKeyBytes = 32;
const checkBytes = 16;

/** What tells a right root key from a wrong one, in hex. It reveals nothing of the key. */
export async function keyCheck(
  compute: Compute,
  repositoryId: string,
  rootKey: Uint8Array,
): Promise<string> {
  const info = 'firn/1 key check';
  return toHex(await compute.hkdf(rootKey, utf8(repositoryId), info, checkBytes));
}

/**
 * Root keys of all epochs. E_REPOSITORY_KEYS_CHANGED when the key is not that of
 * the current epoch: another has begun, or the key was never this repository's.
 */
export async function rootKeysOf(
  compute: Compute,
  header: RepositoryHeader,
  rootKey: Uint8Array,
): Promise<RootKeys> {
  const { repositoryId, older, current } = header;
  if ((await keyCheck(compute, repositoryId, rootKey)) !== current.check) {
    throw keysChanged(repositoryId, current.epoch);
  }
  const keys = new Map([[current.epoch, rootKey]]);
  let next = rootKey;
  for (const epoch of older.toReversed()) {
    next = await openOlder(compute, repositoryId, { epoch, next });
    keys.set(epoch.epoch, next);
  }
  return keys;
}

/** Of several root keys the one of the current epoch; fails as rootKeysOf does. */
export async function currentRootKey(
  compute: Compute,
  { repositoryId, current }: RepositoryHeader,
  candidates: readonly Uint8Array[],
): Promise<Uint8Array> {
  for (const candidate of candidates) {
    if ((await keyCheck(compute, repositoryId, candidate)) === current.check) return candidate;
  }
  throw keysChanged(repositoryId, current.epoch);
}

/** An epoch as it lies in the header once the next one has begun. */
export async function sealOlder(
  ports: { readonly compute: Compute; readonly entropy: Entropy },
  header: RepositoryHeader,
  keys: { readonly own: Uint8Array; readonly next: Uint8Array },
): Promise<OlderEpoch> {
  const { compute, entropy } = ports;
  const { repositoryId } = header;
  const { epoch, open, check }: CurrentEpoch = header.current;
  const nonce = entropy.randomBytes(12);
  const key = await olderKey(compute, repositoryId, keys.next);
  const wrapped = await compute.seal(key, nonce, keys.own, olderContext(repositoryId, epoch));
  return { epoch, open, check, nonce: toHex(nonce), wrapped: toHex(wrapped) };
}

async function openOlder(
  compute: Compute,
  repositoryId: string,
  { epoch, next }: { readonly epoch: OlderEpoch; readonly next: Uint8Array },
): Promise<Uint8Array> {
  const key = await olderKey(compute, repositoryId, next);
  const context = olderContext(repositoryId, epoch.epoch);
  return compute.open(key, fromHex(epoch.nonce), fromHex(epoch.wrapped), context);
}

function olderKey(compute: Compute, repositoryId: string, next: Uint8Array): Promise<Uint8Array> {
  return compute.hkdf(next, utf8(repositoryId), 'firn/1 older root key', rootKeyBytes);
}

function olderContext(repositoryId: string, epoch: number): Uint8Array {
  return utf8(`firn/1 older root key ${epoch} ${repositoryId}`);
}

export function keysChanged(repositoryId: string, epoch: number): AppError {
  return new AppError(
    'E_REPOSITORY_KEYS_CHANGED',
    `repository ${repositoryId} is written under key epoch ${epoch}, whose root key is another`,
    { context: { repositoryId, epoch } },
  );
}
