import type { KeyRing } from '../keys/key-ring.ts';
import type { MetaReader } from '../meta/meta-packs.ts';
import type { Compute } from '../ports.ts';
import { RunReader } from '../run/run-reader.ts';

/** The readers of an object's three kinds of run. */
export interface ObjectReaders {
  readonly catalog: RunReader;
  readonly index: RunReader;
  readonly table: RunReader;
}

export interface OpenReaders {
  readonly compute: Compute;
  readonly keys: KeyRing;
  readonly meta: MetaReader;
  readonly keyId: string;
  readonly objectId: string;
}

/** E_REPOSITORY_DAMAGED when the object's key is missing. */
export async function openReaders(options: OpenReaders): Promise<ObjectReaders> {
  const { keys, keyId } = options;
  const objectKey = await keys.objectKey(keyId);
  const metaKey = keys.derived.meta;
  return {
    catalog: new RunReader({ ...options, kind: 'catalog', key: objectKey }),
    ...openPlaceReaders({ ...options, metaKey }),
  };
}

/** Index and table alone: they need no object key. */
export function openPlaceReaders(
  options: Omit<OpenReaders, 'keys' | 'keyId'> & { readonly metaKey: Uint8Array },
): Pick<ObjectReaders, 'index' | 'table'> {
  const { metaKey, ...rest } = options;
  return {
    index: new RunReader({ ...rest, kind: 'index', key: metaKey }),
    table: new RunReader({ ...rest, kind: 'table', key: metaKey }),
  };
}
