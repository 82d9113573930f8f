import type { Run } from '../measure.ts';

export interface BackedUp {
  readonly source: string;
  /** Paths that changed since the backup before, where the source knows them. */
  readonly changed?: readonly string[] | undefined;
}

/** A program that backs up a folder into a repository in another one. */
export interface Subject {
  readonly name: string;
  version(): Promise<string>;
  /** Not measured. */
  initialize(repository: string): Promise<void>;
  backup(repository: string, what: BackedUp): Promise<Run>;
  /** Reads and verifies everything. */
  check(repository: string): Promise<Run>;
  /** The newest backup, into an empty folder. */
  restore(repository: string, target: string): Promise<Run>;
}
