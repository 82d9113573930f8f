import type { ContentParty, MutationPlan, MutationReport } from '../../domain/content-party.ts';
import { removeItem } from '../../domain/drive/change-item.ts';
import type { Drives } from '../../domain/drive/drive.ts';
import type { RandomStream } from '../../domain/random-stream.ts';
import type { Hasher } from '../../ports/hasher.ts';
import { mutateDrive } from './mutate-drive.ts';

/** All OneDrives of the tenant, as the administrator acts on them. */
export class DriveParty implements ContentParty {
  readonly kind = 'file';
  readonly #drives: Drives;
  readonly #hasher: Hasher;

  constructor(drives: Drives, hasher: Hasher) {
    this.#drives = drives;
    this.#hasher = hasher;
  }

  async mutate(random: RandomStream, plan: MutationPlan): Promise<readonly MutationReport[]> {
    const reports: MutationReport[] = [];
    for (const { tree, userPrincipalName } of this.#drives.all()) {
      const work = { tree, random: random.fork(userPrincipalName), hasher: this.#hasher };
      reports.push({ kind: this.kind, user: userPrincipalName, ...mutateDrive(work, plan) });
    }
    return reports;
  }

  async lose(): Promise<void> {
    for (const { tree } of this.#drives.all()) {
      for (const item of tree.childrenOf(tree.root.id)) removeItem(tree, item.id);
    }
  }

  totals(): { items: number; bytes: number } {
    let items = 0;
    let bytes = 0;
    for (const { tree } of this.#drives.all()) {
      bytes += tree.root.sizeBytes;
      for (const item of tree.subtree(tree.root)) if (item.kind === 'file') items += 1;
    }
    return { items, bytes };
  }
}
