import type { DeltaPolicy } from '../../app/delta-policy.ts';
import { DriveParty } from '../../app/drive/drive-party.ts';
import { provisionDrives } from '../../app/drive/provision-drives.ts';
import type { ContentParty } from '../../domain/content-party.ts';
import type { Directory } from '../../domain/directory.ts';
import { Drives } from '../../domain/drive/drive.ts';
import {
  limitsOfTenant,
  type ResourceLimits,
  ResourceMeter,
} from '../../domain/drive/resource-meter.ts';
import type { RandomStream } from '../../domain/random-stream.ts';
import type { TruthJournal } from '../../domain/truth-journal.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Hasher } from '../../ports/hasher.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Spool } from '../../ports/spool.ts';
import type { TokenSealer } from '../../ports/token-sealer.ts';
import type { GraphRoute, PlainRoute } from '../core/graph-call.ts';
import { deltaRoutes } from './delta-route.ts';
import { downloadRoute } from './download-route.ts';
import { driveAdminRoutes } from './drive-admin.ts';
import { DRIVE_LIFETIMES, type DriveContext, type DriveLifetimes } from './drive-context.ts';
import { driveRoutes } from './drive-view.ts';
import { listChildrenRoutes } from './list-children.ts';
import { openUploadRoutes } from './open-upload.ts';
import { PendingUploads } from './pending-uploads.ts';
import { readItemRoutes } from './read-item.ts';
import { uploadContentRoutes } from './upload-content.ts';
import { uploadRoutes } from './upload-route.ts';
import { writeItemRoutes } from './write-item.ts';

export type DrivePartOptions = {
  readonly directory: Directory;
  readonly journal: TruthJournal;
  readonly random: RandomStream;
  /** Whether delta tokens are still good. */
  readonly delta: DeltaPolicy;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly sealer: TokenSealer;
  readonly spool: Spool;
  readonly hasher: Hasher;
  /** Default: what Microsoft grants a tenant of so many users. */
  readonly limits?: ResourceLimits;
  readonly lifetimes?: DriveLifetimes;
};

/** Everything of OneDrive, ready to be registered with the server. */
export type DrivePart = {
  readonly drives: Drives;
  readonly meter: ResourceMeter;
  readonly party: ContentParty;
  readonly routes: readonly GraphRoute[];
  readonly plainRoutes: readonly PlainRoute[];
};

/** Gives every user of the directory an empty drive and makes the routes that serve them. */
export function makeDrivePart(options: DrivePartOptions): DrivePart {
  const { directory, random, journal, clock, hasher } = options;
  const drives = new Drives();
  provisionDrives(drives, directory, { random, journal, clock, hasher });
  const meter = new ResourceMeter(options.limits ?? limitsOfTenant(directory.size));
  const context: DriveContext = {
    ...options,
    drives,
    meter,
    uploads: new PendingUploads(),
    contentPlace: { origin: undefined },
    lifetimes: options.lifetimes ?? DRIVE_LIFETIMES,
  };
  return {
    drives,
    meter,
    party: new DriveParty(drives, hasher),
    routes: [
      ...driveRoutes(context),
      ...readItemRoutes(context),
      ...listChildrenRoutes(context),
      ...deltaRoutes(context),
      ...writeItemRoutes(context),
      ...uploadContentRoutes(context),
      ...openUploadRoutes(context),
    ],
    plainRoutes: [downloadRoute(context), ...uploadRoutes(context), ...driveAdminRoutes(context)],
  };
}
