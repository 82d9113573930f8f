import type { RandomStream } from './random-stream.ts';
import type { TruthKind } from './truth-journal.ts';

/** How much a mutation changes: shares of the existing items and folders, each 0..1. */
export interface MutationPlan {
  readonly newShare: number;
  readonly changedShare: number;
  readonly movedShare: number;
  readonly deletedShare: number;
  /** Folders made, renamed, moved and deleted per user (one of each when 1). */
  readonly folders: number;
}

/** What a mutation did, per user. */
export interface MutationReport {
  readonly kind: TruthKind;
  readonly user: string;
  readonly created: number;
  readonly changed: number;
  readonly moved: number;
  readonly deleted: number;
  readonly foldersCreated: number;
  readonly foldersRenamed: number;
  readonly foldersMoved: number;
  readonly foldersDeleted: number;
}

/** One kind of content of the tenant, as the administrator acts on it: mailboxes, drives. */
export interface ContentParty {
  readonly kind: TruthKind;
  /** Changes content deterministically: the same stream and plan do the same. */
  mutate(random: RandomStream, plan: MutationPlan): Promise<readonly MutationReport[]>;
  /** Loses everything a user could lose: items, and folders that a user made. */
  lose(): Promise<void>;
  /** How many items and bytes there are now. */
  totals(): { readonly items: number; readonly bytes: number };
}
