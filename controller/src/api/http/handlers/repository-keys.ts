import type { repositoryKeyRoutes } from '@firn/shared/rest/routes/repository-keys';
import { eraseFromRepository } from '../../../app/resources/erasures.ts';
import {
  addKmsKey,
  addPassword,
  changePassword,
  listRepositoryKeys,
  removeSlot,
  rotateRepositoryKey,
} from '../../../app/resources/repository-keys.ts';
import { encodeSession } from '../encode.ts';
import type { Handlers } from '../handler.ts';

export const repositoryKeyHandlers: Handlers<keyof typeof repositoryKeyRoutes> = {
  listRepositoryKeys: async ({ context, params }) => {
    const { epochs, slots } = await listRepositoryKeys(context, params.repository);
    return {
      epochs: [...epochs],
      slots: slots.map(({ kmsKeyId, ...slot }) =>
        kmsKeyId === undefined ? slot : { ...slot, kmsKeyId },
      ),
    };
  },
  addRepositoryPassword: async ({ context, params, body }) => {
    const { password, label = '' } = body;
    return encodeSession(await addPassword(context, params.repository, { password, label }));
  },
  changeRepositoryPassword: async ({ context, params, body }) => {
    const passwords = { current: body.currentPassword, next: body.newPassword };
    return encodeSession(await changePassword(context, params.repository, passwords));
  },
  addRepositoryKmsKey: async ({ context, params, body }) => {
    const { kmsKeyId, label = '' } = body;
    return encodeSession(await addKmsKey(context, params.repository, { kmsKeyId, label }));
  },
  removeRepositorySlot: async ({ context, params }) =>
    encodeSession(await removeSlot(context, params.repository, params.slot)),
  rotateRepositoryKey: async ({ context, params, body }) => {
    const passwords = (body.passwords ?? []).map(({ password, label = '' }) => {
      return { password, label };
    });
    const openers = { passwords, kmsKeyId: body.kmsKeyId };
    return encodeSession(await rotateRepositoryKey(context, params.repository, openers));
  },
  eraseFromRepository: async ({ context, params, body }) => {
    const { users = [], objectIds = [] } = body;
    const erase = { users, objectIds };
    const { session, copies } = await eraseFromRepository(context, params.repository, erase);
    return { session: encodeSession(session), copies: [...copies] };
  },
};
