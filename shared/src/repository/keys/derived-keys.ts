import { utf8 } from '../bytes.ts';
import type { Compute } from '../ports.ts';
import { EpochKeys } from '../segment/epoch-keys.ts';

/** Root keys by key epoch: those of all epochs up to the newest. */
export type RootKeys = ReadonlyMap<number, Uint8Array>;

/** The keys that follow from the root keys. docs/repository-format.md, "Keys". */
export interface DerivedKeys {
  readonly keys: EpochKeys;
  readonly meta: EpochKeys;
  readonly footers: EpochKeys;
  /** Of the first epoch for ever: other ids would store all content again. */
  readonly contentIds: Uint8Array;
}

export interface DeriveOptions {
  readonly compute: Compute;
  readonly repositoryId: string;
}

const firstEpoch = 1;

export async function deriveKeys(options: DeriveOptions, rootKeys: RootKeys): Promise<DerivedKeys> {
  const first = rootKeys.get(firstEpoch) ?? new Uint8Array();
  const derived: DerivedKeys = {
    keys: new EpochKeys([]),
    meta: new EpochKeys([]),
    footers: new EpochKeys([]),
    contentIds: await derive(options, first, 'content ids'),
  };
  for (const [epoch, rootKey] of rootKeys) await addEpoch(options, derived, [epoch, rootKey]);
  return derived;
}

/** From here on everything is sealed under the epoch; what is older stays readable. */
export async function addEpoch(
  options: DeriveOptions,
  derived: DerivedKeys,
  [epoch, rootKey]: readonly [number, Uint8Array],
): Promise<void> {
  for (const purpose of ['keys', 'meta', 'footers'] as const) {
    derived[purpose].add(epoch, await derive(options, rootKey, purpose));
  }
}

function derive(
  { compute, repositoryId }: DeriveOptions,
  rootKey: Uint8Array,
  purpose: string,
): Promise<Uint8Array> {
  return compute.hkdf(rootKey, utf8(repositoryId), `firn/1 ${purpose}`, 32);
}
