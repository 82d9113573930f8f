import type { KeyRing } from './keys/key-ring.ts';
import type { EntryCodec } from './log/codec.ts';
import type { RepositoryLog } from './log/repository-log.ts';
import type { StoredMeta } from './meta/meta-packs.ts';
import type { RepositoryPorts } from './ports.ts';

/** What the parts of an open repository share. */
export interface OpenContext {
  readonly ports: RepositoryPorts;
  readonly repositoryId: string;
  readonly keys: KeyRing;
  readonly log: RepositoryLog;
  /** Of the log's entries, for reading them again. */
  readonly codec: EntryCodec;
  readonly meta: StoredMeta;
}
