import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import { AppError } from '@firn/shared/errors/app-error';
import { encodeChange } from '@firn/shared/repository/header/header-change';
import {
  type RepositoryHeader,
  type Slot,
  verifyHeader,
} from '@firn/shared/repository/header/header-layout';
import type { KeyService } from '@firn/shared/repository/header/key-service';
import {
  addKmsKey,
  addPassword,
  changePassword,
  removeSlot,
  rotateKey,
} from '@firn/shared/repository/header/make-change';
import { createHeader } from '@firn/shared/repository/header/repository-header';
import type { HeaderChanges, HeaderMaker, KeySlot, RepositoryKeys } from '../../ports/storages.ts';

const ports = { entropy: nodeEntropy, compute: nodeCompute };

/** @param keyService undefined: none is configured */
export function makeHeaderMaker(keyService: KeyService | undefined): HeaderMaker {
  return async (options) => {
    if (options.kmsKeyId !== undefined) required(keyService);
    return createHeader({ ...options, keyService, ...ports });
  };
}

/** @param keyService undefined: none is configured */
export function makeHeaderChanges(keyService: KeyService | undefined): HeaderChanges {
  return {
    describe: async (header) => describe(await opened(header)),
    addPassword: async (header, rootKey, added) =>
      encodeChange(await addPassword(ports, { header: await opened(header), rootKey }, added)),
    changePassword: async (header, passwords) =>
      encodeChange(await changePassword(ports, await opened(header), passwords)),
    addKmsKey: async (header, rootKey, { kmsKeyId: keyId, label }) => {
      const added = { service: required(keyService), keyId, label };
      return encodeChange(await addKmsKey(ports, { header: await opened(header), rootKey }, added));
    },
    removeSlot: async (header, slotId) => encodeChange(removeSlot(await opened(header), slotId)),
    rotate: async (header, openers) => {
      if (openers.kmsKeyId !== undefined) required(keyService);
      const made = await rotateKey(ports, await opened(header), { ...openers, keyService });
      return { change: encodeChange(made.change), rootKey: made.rootKey };
    },
  };
}

function opened(header: Uint8Array): Promise<RepositoryHeader> {
  return verifyHeader(header, nodeCompute);
}

function describe({ older, current }: RepositoryHeader): RepositoryKeys {
  return {
    epochs: [...older, current].map(({ epoch, open }) => {
      return { epoch, open, current: epoch === current.epoch };
    }),
    slots: current.slots.map(describeSlot),
  };
}

function describeSlot(slot: Slot): KeySlot {
  const { id, label, type } = slot;
  return { id, label, type, kmsKeyId: slot.type === 'kms' ? slot.keyId : undefined };
}

function required(keyService: KeyService | undefined): KeyService {
  if (keyService !== undefined) return keyService;
  throw new AppError(
    'E_KEY_SERVICE_UNAVAILABLE',
    'no key service is configured: the controller has no FIRN_KEY_SERVICE_FILE',
  );
}
