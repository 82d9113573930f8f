import { type AppError, isAppError } from '../../errors/app-error.ts';
import { equalBytes, fromHex, toHex } from '../bytes.ts';
import { damaged, isDamage, naming } from '../damaged.ts';
import { decodeJson, encodeJson } from '../json.ts';
import type { RepositoryPorts } from '../ports.ts';
import { openBox, sealBox } from '../segment/box.ts';
import { EpochKeys, epochOfId, newIdBytes } from '../segment/epoch-keys.ts';
import type { DerivedKeys } from './derived-keys.ts';
import { isStoredKey, type StoredKey } from './stored-key.ts';

export interface ObjectKey {
  readonly id: string;
  readonly key: Uint8Array;
}

/** The keys of an object that its record names: the one it writes under, and those of older epochs. */
export interface ObjectKeyIds {
  readonly keyId: string;
  readonly olderKeyIds: readonly string[];
}

/** What a stored key is for, by its own word. */
export interface StoredKeyOwner {
  readonly id: string;
  readonly objectId: string;
  /** The session that made it, to commit the object under it. */
  readonly sessionId?: string | undefined;
}

const keyBytes = 32;
const keyIdBytes = 16;

/** Object keys and content id secrets of one repository, kept once they were read. */
export class KeyRing {
  readonly derived: DerivedKeys;
  readonly #ports: RepositoryPorts;
  readonly #repositoryId: string;
  readonly #read = new Map<string, Promise<Uint8Array>>();

  constructor(ports: RepositoryPorts, repositoryId: string, derived: DerivedKeys) {
    this.#ports = ports;
    this.#repositoryId = repositoryId;
    this.derived = derived;
  }

  /**
   * Stored before it is answered, so no pack comes before its key.
   * @param sessionId once it has ended without a commit of the object, the key is garbage
   */
  async createObjectKey(objectId: string, sessionId?: string): Promise<ObjectKey> {
    const { entropy } = this.#ports;
    const id = toHex(newIdBytes(entropy, this.derived.keys, keyIdBytes));
    const key = entropy.randomBytes(keyBytes);
    await this.#store(id, { type: 'object', id, objectId, sessionId, key: toHex(key) });
    this.#read.set(id, Promise.resolve(key));
    return { id, key };
  }

  /** E_REPOSITORY_DAMAGED when it is missing or does not open. */
  objectKey(id: string): Promise<Uint8Array> {
    return this.#once(id);
  }

  /** False: it is lost, and what lies under it. */
  async isReadable(id: string): Promise<boolean> {
    try {
      await this.#once(id);
      return true;
    } catch (error) {
      if (!isDamage(error)) throw error;
      return false;
    }
  }

  /** For what of an object names its key epoch: catalog runs. What lies under a lost key fails. */
  async objectKeys({ keyId, olderKeyIds }: ObjectKeyIds): Promise<EpochKeys> {
    const keys: [number, Uint8Array][] = [];
    const lost: [number, AppError][] = [];
    const readings = [keyId, ...olderKeyIds].map(async (id) => {
      const epoch = epochOfId(fromHex(id));
      try {
        keys.push([epoch, await this.#once(id)]);
      } catch (error) {
        if (!isDamage(error)) throw error;
        lost.push([epoch, error]);
      }
    });
    await Promise.all(readings);
    return new EpochKeys(keys, lost);
  }

  /** Whether new data of an object may go under the key: it is of the newest key epoch. */
  isCurrent(id: string): boolean {
    return epochOfId(fromHex(id)) === this.derived.keys.newest;
  }

  /** The object that a stored key belongs to; undefined: it is no object's. E_REPOSITORY_DAMAGED */
  async ownerOf(id: string): Promise<StoredKeyOwner | undefined> {
    const stored = await this.#loadStored(id);
    if (stored.type !== 'object') return undefined;
    return { id, objectId: stored.objectId, sessionId: stored.sessionId };
  }

  /** Deletes a key for good, and forgets it. Repeating it succeeds. E_BLOB_LOCKED */
  async destroy(id: string): Promise<void> {
    this.#read.delete(id);
    await this.#ports.store.delete(`keys/${id}`);
    this.#read.delete(id);
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

  async #load(id: string): Promise<Uint8Array> {
    return fromHex((await this.#loadStored(id)).key);
  }

  #loadStored(id: string): Promise<StoredKey> {
    const name = `keys/${id}`;
    return naming(name, { blob: name }, async () => {
      const { bytes } = await this.#ports.store.get(name);
      const opening = { key: this.derived.keys, kind: 'key' } as const;
      const stored = decodeJson(await openBox(this.#ports.compute, opening, bytes), isStoredKey);
      const own = stored.type === 'content-ids' ? contentIdsName(stored.repositoryId) : stored.id;
      if (own !== id) throw damaged(`it is the key ${own}`);
      return stored;
    });
  }
}

function contentIdsName(repositoryId: string): string {
  return `content-ids-${repositoryId}`;
}

function unlessItExists(error: unknown): void {
  if (!isAppError(error, 'E_BLOB_EXISTS')) throw error;
}
