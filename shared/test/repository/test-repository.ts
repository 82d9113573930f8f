import { createHash, randomBytes } from 'node:crypto';
import { nodeCompute } from '../../src/compute/node-compute.ts';
import { initializeRepository } from '../../src/repository/header/header-store.ts';
import { createHeader } from '../../src/repository/header/repository-header.ts';
import type { RepositoryPorts } from '../../src/repository/ports.ts';
import { openRepository, type Repository } from '../../src/repository/repository.ts';
import type { NewItem, ObjectIdentity } from '../../src/repository/session/repository-session.ts';
import type { SharedChunkIndex } from '../../src/repository/shared-chunks/shared-chunk-index.ts';
import { TestStore } from './test-store.ts';

export interface TestRepository {
  readonly store: TestStore;
  readonly ports: RepositoryPorts;
  readonly repositoryId: string;
  readonly rootKey: Uint8Array;
  /** Kept beside it; undefined: each process that opens it begins with an empty one. */
  readonly sharedChunks?: SharedChunkIndex;
}

export function testPorts(store: TestStore): RepositoryPorts {
  let now = 1_700_000_000_000;
  return {
    store,
    clock: {
      now: () => {
        now += 1;
        return now;
      },
      sleep: async () => {},
    },
    entropy: { randomBytes: (length) => new Uint8Array(randomBytes(length)) },
    compute: nodeCompute,
  };
}

/** A new, not encrypted repository in a store of its own. */
/** @param password default: it lies open */
export async function aRepository(
  repositoryId = 'repository-1',
  password?: string,
): Promise<TestRepository> {
  const store = new TestStore();
  const ports = testPorts(store);
  const created = await createHeader({ repositoryId, password, ...ports });
  await initializeRepository(store, created.header);
  return { store, ports, repositoryId, rootKey: created.rootKey };
}

/** Opens it as another process would. */
export async function opened(repository: TestRepository): Promise<Repository> {
  return openRepository(repository);
}

/** Opens it as check, repair and rescue do. */
export async function openedPastDamage(repository: TestRepository): Promise<Repository> {
  return openRepository({ ...repository, pastDamage: true });
}

let incarnations = 0;

/** Opens it for writing. */
export async function owned(repository: TestRepository): Promise<Repository> {
  incarnations += 1;
  const open = await opened(repository);
  await open.takeOwnership(`incarnation-${incarnations}`);
  return open;
}

export function anObject(objectId: string): ObjectIdentity {
  return {
    objectId,
    kind: 'mailbox',
    userId: `user-of-${objectId}`,
    userPrincipalName: `${objectId}@example.com`,
    displayName: `Mailbox ${objectId}`,
  };
}

export function anItem(itemId: string, changes: Partial<NewItem> = {}): NewItem {
  return {
    itemId,
    folderId: 'inbox',
    name: `Subject of ${itemId}`,
    type: 'IPM.Note',
    changeKey: 'key-1',
    size: 1_000,
    date: '2026-01-02T03:04:05Z',
    columns: { from: 'someone@example.com' },
    properties: {},
    format: 'fts',
    ...changes,
  };
}

/** Bytes that follow from the seed and do not compress. */
export function someBytes(seed: string, length: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < length; at += 32) {
    blocks.push(createHash('sha256').update(`${seed}/${at}`).digest());
  }
  return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
}

export async function collected(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(Uint8Array.from(chunk));
  return new Uint8Array(Buffer.concat(chunks));
}
