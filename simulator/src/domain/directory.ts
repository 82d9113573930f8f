/** A person (or shared mailbox) of the tenant. `userPrincipalName` is compared without case. */
export interface User {
  readonly id: string;
  readonly userPrincipalName: string;
  readonly displayName: string;
  readonly givenName: string | null;
  readonly surname: string | null;
  readonly mail: string | null;
  readonly mailNickname: string;
  readonly jobTitle: string | null;
  readonly department: string | null;
  readonly officeLocation: string | null;
  readonly mobilePhone: string | null;
  readonly preferredLanguage: string | null;
  readonly accountEnabled: boolean;
  readonly userType: 'Member' | 'Guest';
  readonly createdMs: number;
  /** False: every mailbox route answers MailboxNotEnabledForRESTAPI. */
  readonly hasMailbox: boolean;
  /** False: OneDrive was never provisioned. */
  readonly hasDrive: boolean;
}

/** A user as the feed of changes tells of it: with the number of its last change. */
export interface TrackedUser {
  readonly user: User;
  readonly seq: number;
}

/** A user who was removed. */
export interface RemovedUser {
  readonly id: string;
  readonly seq: number;
}

/** The users of the tenant, in the order in which they were made, and what changed since. */
export class Directory {
  readonly #byId = new Map<string, TrackedUser>();
  readonly #idByUpn = new Map<string, string>();
  readonly #removed: RemovedUser[] = [];
  #lastSeq = 0;

  /** Adds a user, or puts one in the place of another with the same id. */
  put(user: User): void {
    const before = this.#byId.get(user.id)?.user;
    if (before) this.#idByUpn.delete(before.userPrincipalName.toLowerCase());
    this.#lastSeq += 1;
    this.#byId.set(user.id, { user, seq: this.#lastSeq });
    this.#idByUpn.set(user.userPrincipalName.toLowerCase(), user.id);
  }

  remove(user: User): void {
    if (!this.#byId.delete(user.id)) return;
    this.#idByUpn.delete(user.userPrincipalName.toLowerCase());
    this.#lastSeq += 1;
    this.#removed.push({ id: user.id, seq: this.#lastSeq });
  }

  /** Finds a user by object id or userPrincipalName, without regard to case. */
  find(idOrUpn: string): User | undefined {
    const wanted = idOrUpn.toLowerCase();
    return (this.#byId.get(wanted) ?? this.#byId.get(this.#idByUpn.get(wanted) ?? ''))?.user;
  }

  all(): readonly User[] {
    return [...this.#byId.values()].map(({ user }) => user);
  }

  /** The number of the last change. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** The users who are there, by their last change. */
  live(): readonly TrackedUser[] {
    return [...this.#byId.values()].toSorted((a, b) => a.seq - b.seq);
  }

  /** Those who are not any more, in the order in which they went. */
  removed(): readonly RemovedUser[] {
    return this.#removed;
  }

  get size(): number {
    return this.#byId.size;
  }
}
