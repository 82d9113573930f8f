import type { KeyEpochs } from './keys/key-epochs.ts';
import type { KeyRing } from './keys/key-ring.ts';
import type { EntryCodec } from './log/codec.ts';
import type { RepositoryLog } from './log/repository-log.ts';
import type { MetaReader } from './meta/meta-packs.ts';
import type { RepositoryPorts } from './ports.ts';
import type { Relocations } from './relocation/relocations.ts';
import type { SharedChunkIndex } from './shared-chunks/shared-chunk-index.ts';
import type { Turns } from './turns.ts';

/** What the parts of an open repository share. */
export interface OpenContext {
  readonly ports: RepositoryPorts;
  readonly repositoryId: string;
  readonly keys: KeyRing;
  readonly epochs: KeyEpochs;
  readonly log: RepositoryLog;
  /** Of the log's entries, for reading them again. */
  readonly codec: EntryCodec;
  readonly meta: MetaReader;
  /** Where moved segments lie. */
  readonly relocations: Relocations;
  /** Of everything in this process that moves segments. */
  readonly moving: Turns;
  /** Where contents lie that objects share. */
  readonly sharedChunks: SharedChunkIndex;
}
