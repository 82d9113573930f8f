import { SeenItems } from '../round/seen-items.ts';

/**
 * What to do about an item that a folder's delta names:
 * - `look`: new to this session, or changed since it was seen: compare and read
 * - `repeat`: the same state in the same folder was seen in this session
 * - `removed`: the same round has removed it from this folder already
 */
export type Verdict = 'look' | 'repeat' | 'removed';

export interface Removal {
  readonly folderId: string;
  readonly itemId: string;
}

export interface ConfirmedRemoval extends Removal {
  /** Whether the session had seen the item before, so that it may be stored by it. */
  readonly wasSeen: boolean;
  /** The same round also named it as changed: ask for it before it is dropped. */
  readonly isDoubtful: boolean;
}

interface Enumeration {
  readonly folderId: string;
  /** Items seen first by this enumeration; checked again when it starts anew. */
  fresh: string[];
}

/**
 * The rules of delta rounds over the folders of a mailbox, without any I/O.
 *
 * A round asks every folder once for all that changed. Within a round and folder
 * removed wins over changed. A removal is only a suspicion: the item may have
 * moved to a folder that the round had read before. It is applied after one more
 * round over all folders has found the item nowhere else. A folder whose token
 * died is enumerated anew; what that does not find is suspected in the same way.
 */
export class MailRounds {
  readonly #seen = new SeenItems();
  readonly #enumerations: Enumeration[] = [];
  /** Folder by the number (from 1) of its newest enumeration. */
  readonly #current = new Map<string, number>();
  readonly #suspects = new Map<string, { readonly folderId: string; readonly round: number }>();
  readonly #removedInRound = new Set<string>();
  readonly #doubtful = new Set<string>();
  #round = 1;

  /** @param suspects removals that the session before could not confirm */
  constructor(suspects: Iterable<Removal> = []) {
    for (const { folderId, itemId } of suspects) {
      this.#suspects.set(itemId, { folderId, round: 0 });
    }
  }

  get hasSuspects(): boolean {
    return this.#suspects.size > 0;
  }

  /** For the next session, when this one does not confirm them. */
  suspects(): Removal[] {
    return [...this.#suspects].map(([itemId, { folderId }]) => ({ folderId, itemId }));
  }

  /** Begins to follow a folder, or its enumeration begins anew. */
  enumerate(folderId: string): void {
    const before = this.#current.get(folderId);
    this.#enumerations.push({ folderId, fresh: [] });
    this.#current.set(folderId, this.#enumerations.length);
    const interrupted = before === undefined ? undefined : this.#enumerations[before - 1];
    for (const itemId of interrupted?.fresh ?? []) this.#suspect(folderId, itemId);
    if (interrupted !== undefined) interrupted.fresh = [];
  }

  /** A folder's enumeration came to its end; its memory of new items is given back. */
  enumerated(folderId: string): void {
    const enumeration = this.#enumerations[(this.#current.get(folderId) ?? 0) - 1];
    if (enumeration !== undefined) enumeration.fresh = [];
  }

  /** A folder went away: what it held is nowhere until it is seen elsewhere. */
  folderGone(folderId: string): void {
    this.enumerate(folderId);
    this.#current.delete(folderId);
  }

  changed(folderId: string, itemId: string, changeKey: string): Verdict {
    if (this.#removedInRound.has(place(folderId, itemId))) {
      this.#doubtful.add(itemId);
      return 'removed';
    }
    this.#suspects.delete(itemId);
    const sighting = this.#seen.find(itemId, changeKey);
    const current = this.#current.get(folderId) ?? 0;
    this.#seen.put(itemId, changeKey, current);
    if (sighting === undefined) this.#enumerations[current - 1]?.fresh.push(itemId);
    const sameFolder = sighting !== undefined && this.#folderOf(sighting.enumeration) === folderId;
    return sameFolder && sighting.sameState ? 'repeat' : 'look';
  }

  removed(folderId: string, itemId: string): void {
    this.#removedInRound.add(place(folderId, itemId));
    const sighting = this.#seen.find(itemId, '');
    const elsewhere = sighting !== undefined && this.#folderOf(sighting.enumeration) !== folderId;
    if (!elsewhere) this.#suspect(folderId, itemId);
  }

  /**
   * A stored item of a folder that was enumerated in full, or is gone: suspected
   * unless the session has seen it where it is now.
   */
  stored(folderId: string, itemId: string): void {
    const sighting = this.#seen.find(itemId, '');
    const isCurrent = sighting?.enumeration === this.#current.get(folderId);
    const isHere = sighting !== undefined && this.#folderOf(sighting.enumeration) === folderId;
    if (sighting === undefined || (isHere && !isCurrent)) this.#suspect(folderId, itemId);
  }

  /** Whether this session has come upon the item. */
  hasSeen(itemId: string): boolean {
    return this.#seen.find(itemId, '') !== undefined;
  }

  /** Ends a round; gives the removals that have outlived one more round than their own. */
  endRound(): ConfirmedRemoval[] {
    const confirmed: ConfirmedRemoval[] = [];
    for (const [itemId, { folderId, round }] of this.#suspects) {
      if (round >= this.#round) continue;
      const wasSeen = this.#seen.find(itemId, '') !== undefined;
      const isDoubtful = this.#doubtful.delete(itemId);
      confirmed.push({ folderId, itemId, wasSeen, isDoubtful });
      this.#suspects.delete(itemId);
    }
    for (const { itemId } of confirmed) this.#seen.forget(itemId);
    this.#removedInRound.clear();
    this.#round += 1;
    return confirmed;
  }

  #suspect(folderId: string, itemId: string): void {
    if (!this.#suspects.has(itemId)) this.#suspects.set(itemId, { folderId, round: this.#round });
  }

  #folderOf(enumeration: number): string | undefined {
    return this.#enumerations[enumeration - 1]?.folderId;
  }
}

function place(folderId: string, itemId: string): string {
  return `${folderId}\n${itemId}`;
}
