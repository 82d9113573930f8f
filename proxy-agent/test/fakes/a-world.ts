import { MemoryBus } from '@firn/shared/bus/memory-bus';
import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import type { ViewRequest, ViewResponse } from '@firn/shared/gen/firn/link/v1/link';
import type {
  RepositoryRef,
  RetentionPolicy,
  SecretBundle,
} from '@firn/shared/gen/firn/link/v1/work';
import { MemoryStore } from '@firn/shared/object-store/memory/memory-store';
import { makeProviderStores } from '@firn/shared/object-store/provider-stores';
import { MemoryLogger } from '@firn/shared/observe/memory-logger';
import { eraseObjects } from '@firn/shared/repository/erase/erase-objects';
import { createHeader } from '@firn/shared/repository/header/repository-header';
import type { BlobStore } from '@firn/shared/repository/ports';
import { openRepository, type Repository } from '@firn/shared/repository/repository';
import { ManualClock } from '@firn/shared/time/manual-clock';
import { systemClock } from '@firn/shared/time/system-clock';
import { systemRandom } from '@firn/shared/time/system-random';
import { makeProviderStorageTester } from '../../src/adapters/storage-test/provider-storage-tester.ts';
import { type AgentPorts, type AgentSettings, runAgent } from '../../src/app/run-agent.ts';
import type { BrowseCache } from '../../src/ports/browse-cache.ts';
import { FakeController, FakeViews, openBoxes } from './fake-controller.ts';
import { digestOf, FakeTenant } from './fake-tenant.ts';
import { memoryBrowseCache } from './memory-browse-cache.ts';
import { MemoryJournal } from './memory-journal.ts';
import { Mortal } from './mortal.ts';

const settings: AgentSettings = {
  version: 'test',
  objectConcurrency: 2,
  packConcurrency: 2,
  commitIntervalMs: 60_000,
  retrievalPollMs: 1_000,
  graceMs: 60_000,
};

export interface RunBackup {
  readonly full?: boolean;
  readonly retention?: RetentionPolicy;
}

export interface RunningAgent {
  readonly mortal: Mortal;
  readonly done: Promise<'stopped' | 'superseded'>;
  stop(): Promise<unknown>;
}

/** Everything around an agent that outlives its process. */
export class World {
  readonly controller = new FakeController();
  readonly tenant = new FakeTenant();
  readonly journal = new MemoryJournal();
  readonly clock = new ManualClock(1_800_000_000_000);
  readonly bus = new MemoryBus();
  readonly logger = new MemoryLogger();
  readonly stores = new Map<string, BlobStore>();
  readonly secrets: Partial<SecretBundle> = {
    repositories: [],
    organization: { certificatePem: 'certificate', privateKeyPem: 'key' },
  };
  readonly organization = organization;
  readonly views = new FakeViews();
  /** Undefined: it is turned off. */
  browseCache: BrowseCache | undefined = memoryBrowseCache();
  readonly #refs = new Map<string, RepositoryRef>();
  readonly #headers = new Map<string, Uint8Array>();

  /** Starts a process of the agent on this world. */
  start(mortal = new Mortal()): RunningAgent {
    const stop = new AbortController();
    const done = runAgent(this.#ports(mortal), settings, stop.signal);
    return {
      mortal,
      done,
      stop: () => {
        stop.abort();
        return done;
      },
    };
  }

  /** A repository whose header is known, not yet written. */
  async repository(
    repositoryId: string,
    { storageClass = 'hot', rehydrateMs = 0 } = {},
  ): Promise<RepositoryRef> {
    const made = await createHeader({
      repositoryId,
      password: undefined,
      entropy: nodeEntropy,
      compute: nodeCompute,
    });
    this.#headers.set(repositoryId, made.header);
    const rootKey = Buffer.from(made.rootKey);
    this.secrets.repositories?.push({ repositoryId, rootKey, nextRootKey: Buffer.alloc(0) });
    this.stores.set(repositoryId, new MemoryStore({ clock: this.clock, rehydrateMs }));
    const storage = {
      storageId: repositoryId,
      provider: 'folder',
      endpoint: '',
      container: `/${repositoryId}`,
      prefix: '',
      storageClass,
      s3: undefined,
      immutability: undefined,
    };
    this.#refs.set(repositoryId, { repositoryId, storage });
    return { repositoryId, storage };
  }

  /** A repository that was made before. */
  known(repositoryId: string): RepositoryRef {
    const ref = this.#refs.get(repositoryId);
    if (ref === undefined) throw new Error(`no repository ${repositoryId}`);
    return ref;
  }

  /** What the agent answers a user's question. */
  ask(question: ViewResponse): Promise<ViewRequest> {
    return this.views.ask(question);
  }

  async initialize(repository: RepositoryRef): Promise<void> {
    const header = Buffer.from(this.#headers.get(repository.repositoryId) ?? []);
    const value = { repository, header };
    const name = `initialize-${repository.repositoryId}`;
    await this.controller.assign(name, { $case: 'initializeRepository', value });
  }

  backup(
    sessionId: string,
    repository: RepositoryRef,
    { full = false, retention }: RunBackup = {},
  ) {
    const jobId = 'job-1';
    const scope = {
      entireOrganization: true,
      users: [],
      excludeUsers: [],
      mailboxes: true,
      oneDrives: true,
    };
    const value = { repository, organization, jobId, scope, full, retention };
    return this.controller.assign(sessionId, { $case: 'backup', value }, this.secrets);
  }

  /** Read anew from the storage. */
  async point(ref: RepositoryRef, pointId: string, jobId = 'job-1') {
    return (await this.#open(ref)).openPoint({ jobId, pointId });
  }

  /** Another process erases objects. */
  async eraseElsewhere(ref: RepositoryRef, objects: readonly string[]): Promise<void> {
    const repository = await this.#open(ref);
    await repository.takeOwnership('elsewhere');
    await eraseObjects(repository.context, { objects });
  }

  /** `object/item` → digest of what a point holds, read anew from the storage. */
  async stored(ref: RepositoryRef, pointId: string, jobId = 'job-1') {
    const point = await this.point(ref, pointId, jobId);
    const found = new Map<string, string>();
    for await (const { objectId } of point.objects()) {
      const reader = await point.object(objectId);
      for await (const item of reader.items()) {
        const parts: Uint8Array[] = [];
        for await (const part of reader.content(item)) parts.push(part);
        found.set(`${objectId}/${item.itemId}`, digestOf(Buffer.concat(parts)));
      }
    }
    return found;
  }

  /** Lets time pass until the controller was greeted so often. */
  async redialled(times: number): Promise<void> {
    await this.controller.until(() => {
      this.clock.advance(1_000);
      return this.controller.helloRunning.length >= times;
    });
  }

  /** Another process becomes the owner in the log. */
  async takeOver(ref: RepositoryRef, incarnation: string): Promise<void> {
    await (await this.#open(ref)).takeOwnership(incarnation);
  }

  #open({ repositoryId }: RepositoryRef): Promise<Repository> {
    const key = this.secrets.repositories?.find((each) => each.repositoryId === repositoryId);
    const rootKey = key?.rootKey ?? Buffer.alloc(32);
    const ports = { ...this.#plain(), store: this.store(repositoryId) };
    return openRepository({ ports, repositoryId, rootKey });
  }

  store(repositoryId: string): BlobStore {
    const store = this.stores.get(repositoryId);
    if (store === undefined) throw new Error(`no storage ${repositoryId}`);
    return store;
  }

  #plain() {
    return { clock: this.clock, entropy: nodeEntropy, compute: nodeCompute };
  }

  #ports(mortal: Mortal): AgentPorts {
    const { controller, tenant, journal, bus, logger } = this;
    return {
      ...this.#plain(),
      journal: mortal.wrap(journal),
      bus,
      logger,
      boxes: openBoxes,
      dial: () => controller.dial(),
      view: async () => this.views.stream(),
      random: () => 0.5,
      rssBytes: () => 1,
      browseCache: this.browseCache,
      sources: { open: () => tenant.open(mortal.wrap(tenant.imports)) },
      testStorage: makeProviderStorageTester(
        makeProviderStores(systemClock, systemRandom),
        systemClock,
      ),
      stores: {
        open: ({ storageId }) => mortal.wrap(this.store(storageId), ['list']),
      },
      identity: {
        workerId: 'worker-1',
        renewalDueMs: () => Number.POSITIVE_INFINITY,
        renew: async () => {},
      },
    };
  }
}

const organization = {
  organizationId: 'organization-1',
  tenantId: 'tenant-1',
  clientId: 'client-1',
  graphUrl: '',
  loginUrl: '',
  caPem: '',
};
