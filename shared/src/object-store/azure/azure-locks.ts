import type { BlobItem } from '@azure/storage-blob';
import { AppError } from '../../errors/app-error.ts';
import type { BlobInfo, BlobLocks, HiddenBlob } from '../../repository/ports.ts';
import { blobNotFound } from '../blob-errors.ts';
import type { LockMode } from '../lock-mode.ts';
import type { AzureConnection } from './azure-connection.ts';
import { beginCopy } from './azure-copy.ts';
import { listVersions } from './azure-versions.ts';

export interface AzureLocksOptions {
  readonly connection: AzureConnection;
  /** Empty or with a trailing slash. */
  readonly root: string;
  readonly mode: LockMode;
  readonly head: (name: string, signal?: AbortSignal) => Promise<BlobInfo | undefined>;
}

interface Versions {
  readonly name: string;
  /** Oldest first: their ids are times. */
  readonly versions: readonly BlobItem[];
}

/** An unlocked policy can be shortened with a permission of its own; a locked one by nobody. */
const policyModes = { governance: 'Unlocked', compliance: 'Locked' } as const;

/** The policy of a write, as the SDK takes it. [Microsoft: immutable-version-level-worm-policies] */
export function immutabilityPolicy(retainUntilMs: number, mode: LockMode) {
  return { expiriesOn: new Date(retainUntilMs), policyMode: policyModes[mode] };
}

/** Version-level immutability and versions of a container. */
export class AzureLocks implements BlobLocks {
  readonly #options: AzureLocksOptions;

  constructor(options: AzureLocksOptions) {
    this.#options = options;
  }

  async now(signal?: AbortSignal): Promise<number> {
    const { connection, root } = this.#options;
    const known = connection.clock.now();
    if (known !== undefined) return known;
    const call = { operation: 'clock of the storage', isWrite: false, signal };
    // Of a blob that need not be there: a container's signature does not open the container itself.
    await connection.run(call, 0, ({ blob, abortSignal }) =>
      blob(`${root}clock`).exists({ abortSignal }),
    );
    const told = connection.clock.now();
    if (told !== undefined) return told;
    throw new AppError('E_STORAGE_REFUSED', 'the storage does not tell its time');
  }

  /** Azure would shorten an unlocked policy, so the present one is asked for first. */
  async retain(name: string, untilMs: number, signal?: AbortSignal): Promise<void> {
    const { connection, root, mode, head } = this.#options;
    const info = await head(name, signal);
    if (info === undefined) throw blobNotFound(name);
    if ((info.lockedUntilMs ?? 0) >= untilMs) return;
    const call = { operation: `retention of ${name}`, isWrite: false, needsLock: true, signal };
    await connection.run(call, 0, ({ blob, abortSignal }) =>
      blob(root + name).setImmutabilityPolicy(immutabilityPolicy(untilMs, mode), { abortSignal }),
    );
  }

  async *listHidden(prefix: string, signal?: AbortSignal): AsyncGenerator<HiddenBlob> {
    for await (const { name, versions } of this.#listVersions(prefix, signal)) {
      const hidden = hiddenBlob(name, versions);
      if (hidden !== undefined) yield hidden;
    }
  }

  async unhide(name: string, signal?: AbortSignal): Promise<void> {
    const { connection, root } = this.#options;
    const first = await this.#firstVersion(name, signal);
    const call = { operation: `return of ${name}`, isWrite: false, signal };
    await connection.run(call, 0, ({ blob, abortSignal }) =>
      beginCopy({
        source: blob(root + name).withVersion(first),
        sourceClass: 'hot',
        target: blob(root + name),
        options: { storageClass: 'hot' },
        abortSignal,
      }),
    );
  }

  async #firstVersion(name: string, signal: AbortSignal | undefined): Promise<string> {
    for await (const listed of this.#listVersions(name, signal)) {
      const first = listed.versions[0]?.versionId;
      if (listed.name === name && first !== undefined) return first;
    }
    throw blobNotFound(name);
  }

  async *#listVersions(prefix: string, signal: AbortSignal | undefined): AsyncGenerator<Versions> {
    const { connection, root } = this.#options;
    let open: { name: string; versions: BlobItem[] } | undefined;
    for await (const item of listVersions(connection, root + prefix, signal)) {
      const name = item.name.slice(root.length);
      if (open?.name !== name) {
        if (open !== undefined) yield open;
        open = { name, versions: [] };
      }
      open.versions.push(item);
    }
    if (open !== undefined) yield open;
  }
}

function hiddenBlob(name: string, versions: readonly BlobItem[]): HiddenBlob | undefined {
  const [first] = versions;
  const current = versions.find(({ isCurrentVersion }) => isCurrentVersion);
  if (first === undefined || current === first) return undefined;
  const size = first.properties.contentLength ?? 0;
  if (current === undefined) return { name, size, how: 'deleted' };
  const isSame = isEqual(first.properties.contentMD5, current.properties.contentMD5);
  if (isSame) return undefined;
  return { name, size, how: 'replaced', hiddenAtMs: current.properties.lastModified.getTime() };
}

/** Both known, and the same. */
function isEqual(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
}
