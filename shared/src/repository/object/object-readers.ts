import type { KeyRing, ObjectKeyIds } from '../keys/key-ring.ts';
import type { MetaReader } from '../meta/meta-packs.ts';
import type { Compute } from '../ports.ts';
import { RunReader } from '../run/run-reader.ts';
import type { SealingKey } from '../segment/epoch-keys.ts';
import type { SegmentLocation } from './segment-place.ts';

/** The readers of an object's three kinds of run. */
export interface ObjectReaders {
  readonly catalog: RunReader;
  readonly index: RunReader;
  readonly table: RunReader;
  /** Beside the table: where consolidation has moved segments to. */
  readonly relocations: PlaceLookup;
}

/** Undefined: the segment lies where its object's table says. */
export interface PlaceLookup {
  place(segment: string): Promise<SegmentLocation | undefined>;
}

/** What it takes to find places. */
export type PlaceReaders = Omit<ObjectReaders, 'catalog'>;

export interface OpenReaders extends ObjectKeyIds {
  readonly compute: Compute;
  readonly keys: KeyRing;
  readonly meta: MetaReader;
  readonly objectId: string;
  readonly relocations: PlaceLookup;
}

/** The object's keys are asked for when its catalog is: E_REPOSITORY_DAMAGED when one is missing. */
export function openReaders(options: OpenReaders): ObjectReaders {
  const { keys } = options;
  const key = () => keys.objectKeys(options);
  const metaKey = keys.derived.meta;
  return {
    catalog: new RunReader({ ...options, kind: 'catalog', key }),
    ...openPlaceReaders({ ...options, metaKey }),
  };
}

/** Index and table alone: they need no object key. */
export function openPlaceReaders(
  options: Omit<OpenReaders, 'keys' | keyof ObjectKeyIds> & { readonly metaKey: SealingKey },
): PlaceReaders {
  const { metaKey, ...rest } = options;
  const key = async () => metaKey;
  return {
    index: new RunReader({ ...rest, kind: 'index', key }),
    table: new RunReader({ ...rest, kind: 'table', key }),
    relocations: options.relocations,
  };
}
