import type { DeltaPolicy } from '../../app/delta-policy.ts';
import type { Directory } from '../../domain/directory.ts';
import type { Drives } from '../../domain/drive/drive.ts';
import type { ResourceMeter } from '../../domain/drive/resource-meter.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Hasher } from '../../ports/hasher.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Spool } from '../../ports/spool.ts';
import type { TokenSealer } from '../../ports/token-sealer.ts';
import type { PendingUploads } from './pending-uploads.ts';

/** How long what the drive routes hand out stays good. */
export type DriveLifetimes = {
  readonly downloadUrlMs: number;
  readonly uploadSessionMs: number;
};

export const DRIVE_LIFETIMES: DriveLifetimes = {
  downloadUrlMs: 3_600_000,
  uploadSessionMs: 86_400_000,
};

/** Where pre-authenticated URLs lie. */
export type ContentPlace = {
  /** `https://host:port`; undefined: wherever the request went. */
  origin: string | undefined;
};

/** What the drive routes work with. */
export interface DriveContext {
  readonly directory: Directory;
  readonly drives: Drives;
  readonly meter: ResourceMeter;
  readonly uploads: PendingUploads;
  readonly lifetimes: DriveLifetimes;
  readonly contentPlace: ContentPlace;
  readonly delta: DeltaPolicy;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly sealer: TokenSealer;
  readonly spool: Spool;
  readonly hasher: Hasher;
}
