import type { Bus } from '@firn/shared/bus/bus';
import type { Logger } from '@firn/shared/observe/logger';
import type { PriceTable } from '@firn/shared/prices/price-table';
import type { Clock } from '@firn/shared/time/clock';
import type { ApplianceLimits } from '../domain/appliance-limits.ts';
import type { ApplianceLaunchers } from '../ports/appliance-launcher.ts';
import type { Calendar } from '../ports/calendar.ts';
import type { CertificateAuthority, CertificateReader } from '../ports/certificates.ts';
import type { Database } from '../ports/records.ts';
import type { Secrets, Vault } from '../ports/secrets.ts';
import type { HeaderChanges, HeaderMaker, StorageAccounts } from '../ports/storages.ts';
import type { WorkerLinks } from '../ports/worker-links.ts';
import type { SessionFeed } from './sessions/session-feed.ts';

/** What every use case may need. main.ts builds it once. */
export interface AppContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly secrets: Secrets;
  readonly vault: Vault;
  readonly authority: CertificateAuthority;
  readonly certificateReader: CertificateReader;
  readonly storageAccounts: StorageAccounts;
  readonly makeHeader: HeaderMaker;
  readonly headerChanges: HeaderChanges;
  readonly links: WorkerLinks;
  readonly launchers: ApplianceLaunchers;
  readonly bus: Bus;
  readonly feed: SessionFeed;
  readonly logger: Logger;
  /** What storages charge: the tables that come with Firn, or the operator's. */
  readonly prices: readonly PriceTable[];
  readonly settings: AppSettings;
}

export interface AppSettings {
  readonly version: string;
  /** https://host:port of the REST API, as workers reach it. */
  readonly publicUrl: string;
  /** host:port of the link, as workers reach it. */
  readonly linkAddress: string;
  readonly heartbeatMs: number;
  /** How long a session stays running without a heartbeat; at least 3 heartbeats. */
  readonly leaseMs: number;
  /** How long a lost session waits for its proxy before another attempt. */
  readonly graceMs: number;
  /** An assignment that is not accepted is sent again after this. */
  readonly resendMs: number;
  readonly attemptsMax: number;
  /** Of the storage credentials that workers get. */
  readonly credentialLifeMs: number;
  readonly proxyCertificateLifeMs: number;
  /** Hard end of an appliance, and of its certificate. */
  readonly applianceLifeMs: number;
  readonly applianceLimits: ApplianceLimits;
  /** Where appliances tell of their progress, with its password; undefined: what they were started with. */
  readonly applianceNatsUrl?: string | undefined;
  readonly enrollmentTokenLifeMs: number;
  readonly viewTimeoutMs: number;
}
