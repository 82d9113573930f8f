import type { OrganizationCredential, OrganizationRef } from '@firn/shared/gen/firn/link/v1/work';
import type { Source } from './source.ts';

export interface OpenSource {
  readonly organization: OrganizationRef;
  readonly credential: OrganizationCredential;
  /** What the operator should know, e.g. a user of the scope without a mailbox. */
  onNote(note: string): void;
}

/** Opens organizations. */
export interface Sources {
  open(options: OpenSource): Promise<Source>;
}
