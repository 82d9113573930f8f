import { SeenItems } from '../round/seen-items.ts';

/**
 * The rules of one delta round over a drive, without any I/O. Everything goes by
 * ids: entries may come before their parents, be repeated (the last counts), and
 * the round may begin anew at any page. Deletions are kept to the end of the
 * round, so that "deleted, then made again" and "moved out, then the parent
 * deleted" lose nothing.
 */
export class DriveTree {
  readonly #seen = new SeenItems();
  readonly #deleted = new Set<string>();
  /** Items met for the first time by the present enumeration. */
  #fresh: string[] = [];
  /** Items that an interrupted enumeration had met. */
  readonly #suspects = new Set<string>();
  #enumeration = 0;
  #isFull = false;

  /** A round begins, or begins anew because the service asked for it. */
  begin(isFull: boolean): void {
    this.#enumeration += 1;
    this.#isFull = isFull;
    if (!isFull) return;
    for (const id of this.#fresh) this.#suspects.add(id);
    this.#fresh = [];
    this.#deleted.clear();
  }

  /**
   * An entry that exists.
   * @param state any text that changes whenever the entry does
   * @returns false when the same state was met in this session
   */
  place(id: string, state: string): boolean {
    this.#deleted.delete(id);
    this.#suspects.delete(id);
    const sighting = this.#seen.find(id, state);
    if (sighting === undefined) this.#fresh.push(id);
    this.#seen.put(id, state, this.#enumeration);
    return sighting?.sameState !== true;
  }

  delete(id: string): void {
    this.#deleted.add(id);
  }

  /** Ids that are said to be deleted, or were met only before the round began anew. */
  named(): string[] {
    return [...this.#deleted, ...this.#suspects];
  }

  /** Whether this session has met the item at all. */
  hasMet(id: string): boolean {
    return this.#seen.find(id, '') !== undefined;
  }

  /** True: what is stored and was not met is gone. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /**
   * Which stored folders are gone: named as deleted, not met by a full
   * enumeration, or below such a one without having been met elsewhere.
   * @param parents parent by folder, as stored
   */
  goneFolders(parents: ReadonlyMap<string, string | undefined>): ReadonlySet<string> {
    const gone = new Set<string>();
    const kept = new Set<string>();
    for (const id of parents.keys()) this.#judge(id, parents, { gone, kept });
    return gone;
  }

  /** Whether a stored item is gone. */
  isGone(itemId: string, folderId: string, goneFolders: ReadonlySet<string>): boolean {
    if (this.#isNamed(itemId)) return true;
    const isMet = this.#isMet(itemId);
    return !isMet && (this.#isFull || goneFolders.has(folderId));
  }

  #judge(
    id: string,
    parents: ReadonlyMap<string, string | undefined>,
    verdicts: { readonly gone: Set<string>; readonly kept: Set<string> },
  ): void {
    const path: string[] = [];
    let at: string | undefined = id;
    let isGone = false;
    while (at !== undefined && !path.includes(at)) {
      if (verdicts.kept.has(at)) break;
      path.push(at);
      isGone = verdicts.gone.has(at) || this.#isGoneByItself(at);
      if (isGone || this.#isMet(at)) break;
      at = parents.get(at);
    }
    for (const passed of path) (isGone ? verdicts.gone : verdicts.kept).add(passed);
  }

  #isGoneByItself(id: string): boolean {
    return this.#isNamed(id) || (this.#isFull && !this.#isMet(id));
  }

  #isNamed(id: string): boolean {
    return this.#deleted.has(id) || this.#suspects.has(id);
  }

  /** By the present enumeration, when it is a full one. */
  #isMet(id: string): boolean {
    const sighting = this.#seen.find(id, '');
    if (sighting === undefined) return false;
    return !this.#isFull || sighting.enumeration === this.#enumeration;
  }
}
