import { isAppError } from '../../errors/app-error.ts';
import { equalBytes, fromHex, toHex, utf8 } from '../bytes.ts';
import { damaged, naming } from '../damaged.ts';
import { decodeJson, encodeJson } from '../json.ts';
import type { RepositoryPorts } from '../ports.ts';
import { openBox, sealBox } from '../segment/box.ts';

/** The keys that follow from the root key. */
export interface DerivedKeys {
  readonly keys: Uint8Array;
  readonly meta: Uint8Array;
  readonly footers: Uint8Array;
  readonly contentIds: Uint8Array;
}

export interface ObjectKey {
  readonly id: string;
  readonly key: Uint8Array;
}

type StoredKey =
  | {
      readonly type: 'object';
      readonly id: string;
      readonly objectId: string;
      readonly key: string;
    }
  | { readonly type: 'content-ids'; readonly repositoryId: string; readonly key: string }
  | { readonly type: 'shared'; readonly id: string; readonly key: string };

const keyBytes = 32;
const keyIdBytes = 16;
/** Of the root key's epoch. */
const sharedKeyId = 'shared-1';

export async function deriveKeys(
  { compute }: RepositoryPorts,
  rootKey: Uint8Array,
  repositoryId: string,
): Promise<DerivedKeys> {
  const salt = utf8(repositoryId);
  const derive = (purpose: string) => compute.hkdf(rootKey, salt, `firn/1 ${purpose}`, keyBytes);
  return {
    keys: await derive('keys'),
    meta: await derive('meta'),
    footers: await derive('footers'),
    contentIds: await derive('content ids'),
  };
}

/** Object keys and content id secrets of one repository, kept once they were read. */
export class KeyRing {
  readonly derived: DerivedKeys;
  readonly #ports: RepositoryPorts;
  readonly #repositoryId: string;
  readonly #read = new Map<string, Promise<Uint8Array>>();

  #shared: Promise<ObjectKey> | undefined;

  constructor(ports: RepositoryPorts, repositoryId: string, derived: DerivedKeys) {
    this.#ports = ports;
    this.#repositoryId = repositoryId;
    this.derived = derived;
  }

  /** Stored before it is answered, so no pack comes before its key. */
  async createObjectKey(objectId: string): Promise<ObjectKey> {
    const { entropy } = this.#ports;
    const id = toHex(entropy.randomBytes(keyIdBytes));
    const key = entropy.randomBytes(keyBytes);
    await this.#store(id, { type: 'object', id, objectId, key: toHex(key) });
    this.#read.set(id, Promise.resolve(key));
    return { id, key };
  }

  /** E_REPOSITORY_DAMAGED when it is missing or does not open. */
  objectKey(id: string): Promise<Uint8Array> {
    return this.#once(id);
  }

  /** Seals contents that objects share; made when it is first asked for. Safe to repeat. */
  async sharedKey(): Promise<ObjectKey> {
    this.#shared ??= this.#openShared();
    try {
      return await this.#shared;
    } catch (error) {
      this.#shared = undefined;
      throw error;
    }
  }

  /** The secret behind the content ids of content that was first stored in that repository. */
  contentIdSecret(repositoryId: string): Promise<Uint8Array> {
    if (repositoryId === this.#repositoryId) return Promise.resolve(this.derived.contentIds);
    return this.#once(contentIdsName(repositoryId));
  }

  /** A copy keeps the secret of its source. Safe to repeat. */
  async keepContentIdSecret(repositoryId: string, key: Uint8Array): Promise<void> {
    if (repositoryId === this.#repositoryId) return;
    const id = contentIdsName(repositoryId);
    const stored = { type: 'content-ids', repositoryId, key: toHex(key) } as const;
    await this.#store(id, stored).catch(unlessItExists);
    if (!equalBytes(await this.contentIdSecret(repositoryId), key)) {
      throw damaged(`keys/${id} holds another secret than the source repository`, {
        blob: `keys/${id}`,
      });
    }
  }

  /** Any stored key by the id in its name, read anew. E_REPOSITORY_DAMAGED. */
  read(id: string): Promise<Uint8Array> {
    return this.#load(id);
  }

  async #openShared(): Promise<ObjectKey> {
    const { store, entropy } = this.#ports;
    const id = sharedKeyId;
    if ((await store.head(`keys/${id}`)) === undefined) {
      const key = toHex(entropy.randomBytes(keyBytes));
      await this.#store(id, { type: 'shared', id, key }).catch(unlessItExists);
    }
    return { id, key: await this.#once(id) };
  }

  async #store(id: string, stored: StoredKey): Promise<void> {
    const box = await sealBox(
      this.#ports,
      { key: this.derived.keys, kind: 'key' },
      encodeJson(stored),
    );
    await this.#ports.store.put(`keys/${id}`, box, { ifAbsent: true });
  }

  #once(id: string): Promise<Uint8Array> {
    const known = this.#read.get(id);
    if (known !== undefined) return known;
    const reading = this.#load(id);
    this.#read.set(id, reading);
    reading.catch(() => this.#read.delete(id));
    return reading;
  }

  #load(id: string): Promise<Uint8Array> {
    const name = `keys/${id}`;
    return naming(name, { blob: name }, async () => {
      const { bytes } = await this.#ports.store.get(name);
      const opening = { key: this.derived.keys, kind: 'key' } as const;
      const stored = decodeJson<StoredKey>(await openBox(this.#ports.compute, opening, bytes));
      const own = stored.type === 'content-ids' ? contentIdsName(stored.repositoryId) : stored.id;
      if (own !== id) throw damaged(`it is the key ${own}`);
      return fromHex(stored.key);
    });
  }
}

function contentIdsName(repositoryId: string): string {
  return `content-ids-${repositoryId}`;
}

function unlessItExists(error: unknown): void {
  if (!isAppError(error, 'E_BLOB_EXISTS')) throw error;
}
