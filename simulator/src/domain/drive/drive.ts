import type { DriveTree } from './drive-tree.ts';

/** Peculiarities that an administrator may ask of one drive, so that clients meet them. */
export type DriveQuirks = {
  /** Delta pages list folders after what is in them. */
  childrenFirst: boolean;
  /** A deleted folder comes without the items that went with it. */
  foldDeletions: boolean;
  /** The site is locked: everything answers 423. */
  locked: boolean;
  /** What an expired or dead delta token answers. */
  resync: 'resyncChangesApplyDifferences' | 'resyncChangesUploadDifferences';
};

/** The OneDrive of one user. */
export type Drive = {
  readonly id: string;
  readonly userId: string;
  readonly ownerName: string;
  readonly userPrincipalName: string;
  /** `host,siteCollectionGuid,webGuid` without the host. */
  readonly siteGuids: { readonly site: string; readonly web: string };
  /** Segment of the personal site: `anna_contoso_com`. */
  readonly siteName: string;
  readonly tree: DriveTree;
  readonly createdAtMs: number;
  readonly quirks: DriveQuirks;
  quotaBytes: number;
  /** Tokens of an older generation are dead. */
  tokenGeneration: number;
};

/** The drives of the tenant by their id and by their user. */
export class Drives {
  readonly #byId = new Map<string, Drive>();
  readonly #byUser = new Map<string, Drive>();

  add(drive: Drive): void {
    this.#byId.set(drive.id, drive);
    this.#byUser.set(drive.userId, drive);
  }

  find(id: string): Drive | undefined {
    return this.#byId.get(id);
  }

  ofUser(userId: string): Drive | undefined {
    return this.#byUser.get(userId);
  }

  all(): IterableIterator<Drive> {
    return this.#byId.values();
  }
}
