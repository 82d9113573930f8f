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

/** The users of the tenant, in the order in which they were made. */
export class Directory {
  readonly #byId = new Map<string, User>();
  readonly #idByUpn = new Map<string, string>();

  add(user: User): void {
    this.#byId.set(user.id, user);
    this.#idByUpn.set(user.userPrincipalName.toLowerCase(), user.id);
  }

  /** Finds a user by object id or userPrincipalName, without regard to case. */
  find(idOrUpn: string): User | undefined {
    const wanted = idOrUpn.toLowerCase();
    return this.#byId.get(wanted) ?? this.#byId.get(this.#idByUpn.get(wanted) ?? '');
  }

  all(): IterableIterator<User> {
    return this.#byId.values();
  }

  get size(): number {
    return this.#byId.size;
  }
}
