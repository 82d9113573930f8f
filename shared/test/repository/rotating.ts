import { applyChange } from '../../src/repository/header/header-change.ts';
import { verifyHeader } from '../../src/repository/header/header-layout.ts';
import { changeHeader, readHeader } from '../../src/repository/header/header-store.ts';
import { rotateKey } from '../../src/repository/header/make-change.ts';
import type { TestRepository } from './test-repository.ts';

/** The header of a new epoch, as a session writes it. @returns its root key */
export async function rotated(stored: TestRepository, rootKey: Uint8Array): Promise<Uint8Array> {
  const { ports, store } = stored;
  const header = await verifyHeader(await readHeader(store), ports.compute);
  // A key service of its own: no password costs time here.
  const keyService = {
    wrap: async () => new Uint8Array(1),
    unwrap: async () => new Uint8Array(32),
  };
  const made = await rotateKey(ports, header, { keyService, kmsKeyId: 'k' });
  const rootKeys = [rootKey, made.rootKey];
  await changeHeader(ports, (current) => applyChange({ ...ports, rootKeys }, current, made.change));
  return made.rootKey;
}
