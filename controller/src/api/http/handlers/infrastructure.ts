import { createEnrollmentToken } from '../../../app/enrollment/create-enrollment-token.ts';
import { enrollWorker } from '../../../app/enrollment/enroll-worker.ts';
import {
  createObjectStorage,
  deleteObjectStorage,
  findObjectStorage,
} from '../../../app/resources/object-storages.ts';
import { deleteProxy, findProxy } from '../../../app/resources/proxies.ts';
import {
  checkRepository,
  createRepository,
  deleteRepository,
  findRepository,
  repairRepository,
  runRetention,
  updateRepository,
} from '../../../app/resources/repositories.ts';
import { testObjectStorage } from '../../../app/resources/test-object-storage.ts';
import { encodeObjectStorage, encodeProxy, encodeRepository, encodeSession } from '../encode.ts';
import { encodePage, type Handlers, pageRequest } from '../handler.ts';

type Storages =
  | 'createObjectStorage'
  | 'listObjectStorages'
  | 'getObjectStorage'
  | 'deleteObjectStorage'
  | 'testObjectStorage';

export const storageHandlers: Handlers<Storages> = {
  createObjectStorage: async ({ context, body }) =>
    encodeObjectStorage(await createObjectStorage(context, body)),
  listObjectStorages: async ({ context, query }) =>
    encodePage(await context.database.objectStorages.list(pageRequest(query)), encodeObjectStorage),
  getObjectStorage: async ({ context, params }) =>
    encodeObjectStorage(await findObjectStorage(context, params.objectStorage)),
  deleteObjectStorage: async ({ context, params }) => {
    await deleteObjectStorage(context, params.objectStorage);
    return undefined;
  },
  testObjectStorage: async ({ context, params, body }) =>
    encodeSession(await testObjectStorage(context, params.objectStorage, body)),
};

type Proxies = 'createEnrollmentToken' | 'listProxies' | 'getProxy' | 'deleteProxy' | 'enroll';

export const proxyHandlers: Handlers<Proxies> = {
  createEnrollmentToken: ({ context, body }) => createEnrollmentToken(context, body.name),
  listProxies: async ({ context, query }) =>
    encodePage(await context.database.workers.listProxies(pageRequest(query)), (proxy) =>
      encodeProxy(proxy, context.links.isUp(proxy.id)),
    ),
  getProxy: async ({ context, params }) => {
    const proxy = await findProxy(context, params.proxy);
    return encodeProxy(proxy, context.links.isUp(proxy.id));
  },
  deleteProxy: async ({ context, params }) => {
    await deleteProxy(context, params.proxy);
    return undefined;
  },
  enroll: async ({ context, body }) => {
    const csr = Buffer.from(body.csr, 'base64');
    const enrolled = await enrollWorker(context, { token: body.token, csr });
    const { caPem } = context.authority;
    return { ...enrolled, caPem, linkAddress: context.settings.linkAddress };
  },
};

type Repositories =
  | 'createRepository'
  | 'listRepositories'
  | 'getRepository'
  | 'deleteRepository'
  | 'updateRepository'
  | 'runRetention'
  | 'checkRepository'
  | 'repairRepository';

export const repositoryHandlers: Handlers<Repositories> = {
  createRepository: async ({ context, body }) => {
    const { repository, session } = await createRepository(context, body);
    return { repository: encodeRepository(repository), session: encodeSession(session) };
  },
  listRepositories: async ({ context, query }) =>
    encodePage(await context.database.repositories.list(pageRequest(query)), encodeRepository),
  getRepository: async ({ context, params }) =>
    encodeRepository(await findRepository(context, params.repository)),
  updateRepository: async ({ context, params, body }) =>
    encodeRepository(await updateRepository(context, params.repository, body)),
  runRetention: async ({ context, params, body }) =>
    encodeSession(await runRetention(context, params.repository, body)),
  deleteRepository: async ({ context, params }) => {
    await deleteRepository(context, params.repository);
    return undefined;
  },
  checkRepository: async ({ context, params, body }) =>
    encodeSession(await checkRepository(context, params.repository, body)),
  repairRepository: async ({ context, params, body }) =>
    encodeSession(await repairRepository(context, params.repository, body)),
};
