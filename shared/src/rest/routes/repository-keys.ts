import type { Route } from '../route.ts';
import { closed, IdOrName } from '../schemas/fields.ts';
import {
  Erase,
  EraseStarted,
  KeyRotation,
  KmsKeyAdd,
  PasswordAdd,
  PasswordChange,
  RepositoryKeys,
  slotParams,
} from '../schemas/repository-keys.ts';
import { Session } from '../schemas/session.ts';

const repositoryParams = closed({ repository: IdOrName });
const tag = 'Repositories';
const started = { status: 202, body: Session } as const;

export const repositoryKeyRoutes = {
  listRepositoryKeys: {
    method: 'GET',
    path: '/repositories/{repository}/keys',
    tag,
    summary: 'Who can open a repository, and which key epochs it has',
    scope: 'read',
    params: repositoryParams,
    success: { status: 200, body: RepositoryKeys },
  },
  addRepositoryPassword: {
    method: 'POST',
    path: '/repositories/{repository}/passwords',
    tag,
    summary: 'Add a password',
    scope: 'admin',
    params: repositoryParams,
    body: PasswordAdd,
    success: started,
    idempotent: true,
  },
  changeRepositoryPassword: {
    method: 'POST',
    path: '/repositories/{repository}/passwords/change',
    tag,
    summary: 'Change a password; no data is written again',
    scope: 'admin',
    params: repositoryParams,
    body: PasswordChange,
    success: started,
    idempotent: true,
  },
  addRepositoryKmsKey: {
    method: 'POST',
    path: '/repositories/{repository}/kms-keys',
    tag,
    summary: 'Let a key of the key service open a repository',
    scope: 'admin',
    params: repositoryParams,
    body: KmsKeyAdd,
    success: started,
    idempotent: true,
  },
  removeRepositorySlot: {
    method: 'POST',
    path: '/repositories/{repository}/keys/{slot}/remove',
    tag,
    summary: 'Remove a password or a key of the key service',
    scope: 'admin',
    params: closed({ repository: IdOrName, ...slotParams }),
    success: started,
    idempotent: true,
  },
  rotateRepositoryKey: {
    method: 'POST',
    path: '/repositories/{repository}/rotate-key',
    tag,
    summary: 'Begin a key epoch; turns encryption on',
    scope: 'admin',
    params: repositoryParams,
    body: KeyRotation,
    success: started,
    idempotent: true,
  },
  eraseFromRepository: {
    method: 'POST',
    path: '/repositories/{repository}/erase',
    tag,
    summary: 'Destroy what is stored of users or objects, in all restore points',
    scope: 'admin',
    params: repositoryParams,
    body: Erase,
    success: { status: 202, body: EraseStarted },
    idempotent: true,
  },
} as const satisfies Record<string, Route>;
