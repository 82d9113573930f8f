import type { StorageClass } from '@firn/shared/storage-class/storage-class';
import type { ApplianceSettings } from './appliance-settings.ts';
import type { Schedule } from './schedule/schedule.ts';

/** What an operator configures. Times are ISO 8601 by the database's clock. */

export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly certificatePem: string;
  readonly certificateExpiresAt: string;
  readonly sealedPrivateKey: Uint8Array;
  readonly graphUrl: string;
  readonly loginUrl: string;
  readonly caPem: string | null;
  readonly createdAt: string;
}

export interface ObjectStorage {
  readonly id: string;
  readonly name: string;
  readonly provider: 'azure-blob' | 's3' | 'folder';
  readonly endpoint: string | null;
  /** s3: the access key id. */
  readonly accountName: string | null;
  /** s3: the secret access key. */
  readonly sealedAccountKey: Uint8Array | null;
  readonly container: string;
  readonly folder: string;
  readonly storageClass: StorageClass;
  readonly s3: S3Settings | null;
  readonly createdAt: string;
}

export interface S3Settings {
  readonly region: string;
  readonly pathStyle: boolean;
  /** PEM of a private CA. */
  readonly caPem?: string;
  /** Workers get keys of it, which end, and not those of the account. */
  readonly roleArn?: string;
  readonly roleExternalId?: string;
  readonly stsEndpoint?: string;
}

/** What is put into the repository is locked by its storage for so many days. */
export interface Immutability {
  /** Who may shorten it: governance, whoever has a permission of its own; compliance, nobody. */
  readonly mode: 'governance' | 'compliance';
  readonly days: number;
}

export type RetentionType = 'snapshot' | 'item';

/** How long backups stay; docs/retention.md. With neither rule: for ever. */
export interface Retention {
  readonly type: RetentionType;
  readonly keepFor?: {
    readonly count: number;
    readonly unit: 'days' | 'weeks' | 'months' | 'years';
  };
  /** Complete restore points; not with item. */
  readonly keepLast?: number;
}

export interface Repository {
  readonly id: string;
  readonly name: string;
  readonly proxyId: string;
  readonly objectStorageId: string;
  readonly state: 'initializing' | 'ready' | 'failed';
  readonly encrypted: boolean;
  readonly retention: Retention;
  readonly immutability: Immutability | null;
  readonly header: Uint8Array;
  readonly sealedRootKey: Uint8Array;
  /** Of a key epoch that is about to begin; null: none is. */
  readonly sealedNextRootKey: Uint8Array | null;
  /** Number and digest of the newest log entry that an agent told of. */
  readonly logHead: number | null;
  readonly logDigest: Uint8Array | null;
  readonly createdAt: string;
}

export interface JobScope {
  readonly entireOrganization: boolean;
  readonly users?: readonly string[];
  readonly excludeUsers?: readonly string[];
}

export interface JobObjects {
  readonly mailboxes: boolean;
  readonly oneDrives: boolean;
}

/** When a job runs. */
export interface Scheduled {
  readonly schedule: Schedule;
  /** false: only when somebody starts it. */
  readonly enabled: boolean;
  /** null: it has no next instant. */
  readonly nextRunAt: string | null;
}

export interface Job extends Scheduled {
  readonly id: string;
  readonly name: string;
  readonly organizationId: string;
  readonly repositoryId: string;
  readonly scope: JobScope;
  readonly objects: JobObjects;
  /** null: the repository's. */
  readonly retention: Retention | null;
  readonly createdAt: string;
  readonly lastSessionId: string | null;
}

/** Where archiver appliances may be started, and as what. */
export interface ApplianceTemplate {
  readonly id: string;
  readonly name: string;
  readonly settings: ApplianceSettings;
  /** How long a machine whose work is done waits for more; 0: it ends. */
  readonly keepWarmMinutes: number;
  readonly createdAt: string;
}

export interface CopyJob extends Scheduled {
  readonly id: string;
  readonly name: string;
  readonly jobId: string;
  readonly repositoryId: string;
  readonly packSizeMib: number;
  readonly repackBy: 'proxy' | 'appliance';
  /** As many share one session at most. */
  readonly appliancesMax: number;
  /** Where its appliances start; null: on the controller's own machine. */
  readonly applianceTemplateId: string | null;
  /** What its first run copies: the newest point, or each that is there. */
  readonly seed: 'latest' | 'all';
  readonly createdAt: string;
  readonly lastSessionId: string | null;
}

export type TokenScope = 'portal' | 'read' | 'operate' | 'admin';

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly scope: TokenScope;
  readonly secretHash: Uint8Array;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly expired: boolean;
  readonly lastUsedAt: string | null;
}
