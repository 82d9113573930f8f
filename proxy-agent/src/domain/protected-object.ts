/** A mailbox or a OneDrive: the unit of work of a session. */
export interface ProtectedObject {
  /** Stable and unique in the organization, e.g. `mailbox:<user id>`, `onedrive:<user id>`. */
  readonly id: string;
  readonly kind: ObjectKind;
  readonly userId: string;
  readonly userPrincipalName: string;
  readonly displayName: string;
}

export type ObjectKind = 'mailbox' | 'onedrive';

/** Which objects a backup job covers. */
export interface Scope {
  readonly entireOrganization: boolean;
  /** User principal names (any case) or ids. */
  readonly users: readonly string[];
  readonly excludeUsers: readonly string[];
  readonly mailboxes: boolean;
  readonly oneDrives: boolean;
}
