import type { Route } from '../route.ts';
import { closed, IdOrName, PageQuery } from '../schemas/fields.ts';
import {
  ObjectStorage,
  ObjectStorageCreate,
  ObjectStoragePage,
  ObjectStorageTest,
} from '../schemas/object-storage.ts';
import {
  EnrollmentToken,
  EnrollmentTokenCreate,
  EnrollRequest,
  EnrollResponse,
  ProxyAgent,
  ProxyPage,
} from '../schemas/proxy.ts';
import {
  Repository,
  RepositoryCheck,
  RepositoryCreate,
  RepositoryCreated,
  RepositoryPage,
  RepositoryRepair,
  RepositoryUpdate,
} from '../schemas/repository.ts';
import { RetentionRun } from '../schemas/retention.ts';
import { Session } from '../schemas/session.ts';

const storageParams = closed({ objectStorage: IdOrName });
const proxyParams = closed({ proxy: IdOrName });
const repositoryParams = closed({ repository: IdOrName });

const storageRoutes = {
  createObjectStorage: {
    method: 'POST',
    path: '/object-storages',
    tag: 'Object storages',
    summary: 'Add an object storage',
    scope: 'admin',
    body: ObjectStorageCreate,
    success: { status: 201, body: ObjectStorage },
  },
  listObjectStorages: {
    method: 'GET',
    path: '/object-storages',
    tag: 'Object storages',
    summary: 'List object storages',
    scope: 'read',
    query: PageQuery,
    success: { status: 200, body: ObjectStoragePage },
  },
  getObjectStorage: {
    method: 'GET',
    path: '/object-storages/{objectStorage}',
    tag: 'Object storages',
    summary: 'Show an object storage',
    scope: 'read',
    params: storageParams,
    success: { status: 200, body: ObjectStorage },
  },
  deleteObjectStorage: {
    method: 'DELETE',
    path: '/object-storages/{objectStorage}',
    tag: 'Object storages',
    summary: 'Forget an object storage; nothing in it is deleted',
    scope: 'admin',
    params: storageParams,
    success: { status: 204 },
  },
  testObjectStorage: {
    method: 'POST',
    path: '/object-storages/{objectStorage}/test',
    tag: 'Object storages',
    summary: 'Try from a proxy what repositories do to an object storage',
    scope: 'operate',
    params: storageParams,
    body: ObjectStorageTest,
    success: { status: 202, body: Session },
    idempotent: true,
  },
} as const satisfies Record<string, Route>;

const proxyRoutes = {
  createEnrollmentToken: {
    method: 'POST',
    path: '/proxies/enrollment-tokens',
    tag: 'Proxies',
    summary: 'Make a one-time join string for a new proxy',
    scope: 'admin',
    body: EnrollmentTokenCreate,
    success: { status: 201, body: EnrollmentToken },
  },
  listProxies: {
    method: 'GET',
    path: '/proxies',
    tag: 'Proxies',
    summary: 'List proxies',
    scope: 'read',
    query: PageQuery,
    success: { status: 200, body: ProxyPage },
  },
  getProxy: {
    method: 'GET',
    path: '/proxies/{proxy}',
    tag: 'Proxies',
    summary: 'Show a proxy',
    scope: 'read',
    params: proxyParams,
    success: { status: 200, body: ProxyAgent },
  },
  deleteProxy: {
    method: 'DELETE',
    path: '/proxies/{proxy}',
    tag: 'Proxies',
    summary: 'Revoke the certificate of a proxy and forget it',
    scope: 'admin',
    params: proxyParams,
    success: { status: 204 },
  },
  enroll: {
    method: 'POST',
    path: '/enroll',
    tag: 'Proxies',
    summary: 'Trade a one-time token and a certificate request for a certificate',
    scope: 'public',
    body: EnrollRequest,
    success: { status: 200, body: EnrollResponse },
  },
} as const satisfies Record<string, Route>;

const repositoryOnlyRoutes = {
  createRepository: {
    method: 'POST',
    path: '/repositories',
    tag: 'Repositories',
    summary: 'Make a backup repository and initialize it',
    scope: 'admin',
    body: RepositoryCreate,
    success: { status: 202, body: RepositoryCreated },
    idempotent: true,
  },
  listRepositories: {
    method: 'GET',
    path: '/repositories',
    tag: 'Repositories',
    summary: 'List backup repositories',
    scope: 'read',
    query: PageQuery,
    success: { status: 200, body: RepositoryPage },
  },
  getRepository: {
    method: 'GET',
    path: '/repositories/{repository}',
    tag: 'Repositories',
    summary: 'Show a backup repository',
    scope: 'read',
    params: repositoryParams,
    success: { status: 200, body: Repository },
  },
  updateRepository: {
    method: 'PATCH',
    path: '/repositories/{repository}',
    tag: 'Repositories',
    summary: 'Change the retention of a repository',
    scope: 'admin',
    params: repositoryParams,
    body: RepositoryUpdate,
    success: { status: 200, body: Repository },
  },
  runRetention: {
    method: 'POST',
    path: '/repositories/{repository}/retention',
    tag: 'Repositories',
    summary: 'Expire restore points, collect garbage, consolidate packs; or say what would go',
    scope: 'operate',
    params: repositoryParams,
    body: RetentionRun,
    success: { status: 202, body: Session },
    idempotent: true,
  },
  deleteRepository: {
    method: 'DELETE',
    path: '/repositories/{repository}',
    tag: 'Repositories',
    summary: 'Forget a backup repository; nothing in its storage is deleted',
    scope: 'admin',
    params: repositoryParams,
    success: { status: 204 },
  },
  checkRepository: {
    method: 'POST',
    path: '/repositories/{repository}/check',
    tag: 'Repositories',
    summary: 'Read a repository back and name what is damaged',
    scope: 'operate',
    params: repositoryParams,
    body: RepositoryCheck,
    success: { status: 202, body: Session },
    idempotent: true,
  },
  repairRepository: {
    method: 'POST',
    path: '/repositories/{repository}/repair',
    tag: 'Repositories',
    summary: 'Rebuild what can be rebuilt, and mark what is lost for the next backup',
    scope: 'admin',
    params: repositoryParams,
    body: RepositoryRepair,
    success: { status: 202, body: Session },
    idempotent: true,
  },
} as const satisfies Record<string, Route>;

export const infrastructureRoutes = {
  ...storageRoutes,
  ...proxyRoutes,
  ...repositoryOnlyRoutes,
} as const;
