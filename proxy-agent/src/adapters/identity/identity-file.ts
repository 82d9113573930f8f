import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@firn/shared/errors/app-error';

export interface KeyPair {
  /** PKCS#8. */
  readonly privateKeyPem: string;
  /** Absent while the key waits for its certificate. */
  readonly certificatePem?: string | undefined;
}

/** What identity.json holds. The newest certified key comes first. */
export interface IdentityRecord {
  readonly workerId: string;
  readonly caPem: string;
  readonly linkAddress: string;
  readonly keys: readonly KeyPair[];
}

const name = 'identity.json';
const pendingName = 'pending-key.json';

/**
 * Identity of the worker in its data folder; readable by its user alone. Files
 * are replaced whole, so that a kill leaves the old or the new one.
 */
export class IdentityFile {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read(): Promise<IdentityRecord | undefined> {
    return (await this.#read(name)) as IdentityRecord | undefined;
  }

  async write(record: IdentityRecord): Promise<void> {
    await this.#write(name, record);
  }

  /** A key that is being enrolled: the same token is repeated with the same key. */
  async readPending(): Promise<{ privateKeyPem: string; csr: string } | undefined> {
    const pending = await this.#read(pendingName);
    return pending as { privateKeyPem: string; csr: string } | undefined;
  }

  async writePending(pending: { privateKeyPem: string; csr: string }): Promise<void> {
    await this.#write(pendingName, pending);
  }

  async #read(file: string): Promise<unknown> {
    try {
      return JSON.parse(await readFile(join(this.#folder, file), 'utf8'));
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
      const message = `${file} in the data folder cannot be read`;
      throw new AppError('E_CONFIG_INVALID', message, { cause });
    }
  }

  async #write(file: string, value: unknown): Promise<void> {
    const path = join(this.#folder, file);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const handle = await open(`${path}.new`, 'w', 0o600);
    try {
      // An older file of that name may have had other rights.
      await chmod(`${path}.new`, 0o600);
      await handle.writeFile(JSON.stringify(value));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${path}.new`, path);
    const folder = await open(this.#folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}
