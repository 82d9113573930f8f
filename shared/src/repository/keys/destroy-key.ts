import { isAppError } from '../../errors/app-error.ts';
import type { KeyRing } from './key-ring.ts';

/** False: the storage has locked it; it is to be destroyed again later. */
export async function destroyKey(keys: Pick<KeyRing, 'destroy'>, id: string): Promise<boolean> {
  try {
    await keys.destroy(id);
    return true;
  } catch (error) {
    if (isAppError(error, 'E_BLOB_LOCKED')) return false;
    throw error;
  }
}
