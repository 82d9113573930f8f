import type { Drive } from '../../domain/drive/drive.ts';
import { ok } from '../core/api-message.ts';
import type { GraphRoute } from '../core/graph-call.ts';
import { project } from '../core/odata-options.ts';
import { contextUrl } from '../core/page-link.ts';
import type { DriveContext } from './drive-context.ts';
import { siteLocked } from './drive-refusals.ts';
import { DRIVE_STEMS, driveOfUser, driveRoute, READ_PERMISSIONS } from './drive-scope.ts';
import { type Entity, isoSeconds, libraryUrl, ownerIdentity } from './item-view.ts';
import { chargeUnits, UNITS } from './resource-units.ts';

/** A drive with its quota, whose numbers count every version and the recycle bin. */
export function driveView(origin: string, drive: Drive): Entity {
  const { usedBytes, deletedBytes } = drive.tree;
  const identity = ownerIdentity(drive);
  return {
    id: drive.id,
    driveType: 'business',
    name: 'OneDrive',
    description: '',
    createdBy: identity,
    createdDateTime: isoSeconds(drive.createdAtMs),
    lastModifiedBy: identity,
    lastModifiedDateTime: isoSeconds(drive.tree.root.changedAtMs),
    webUrl: libraryUrl(origin, drive),
    owner: identity,
    quota: {
      deleted: deletedBytes,
      remaining: Math.max(0, drive.quotaBytes - usedBytes - deletedBytes),
      state: quotaState(drive),
      total: drive.quotaBytes,
      used: usedBytes,
    },
  };
}

/** `GET /drives/{id}`, `/users/{id}/drive`, `/users/{id}/drives`. */
export function driveRoutes(context: DriveContext): GraphRoute[] {
  const single = DRIVE_STEMS.map((stem) =>
    driveRoute(context, {
      stem,
      method: 'GET',
      suffix: '',
      query: ['$select'],
      units: UNITS.single,
      handle: ({ call, drive }) =>
        ok({
          '@odata.context': contextUrl(call, 'drives/$entity'),
          ...project(driveView(call.origin, drive), call.options.select),
        }),
    }),
  );
  return [...single, drivesOfUserRoute(context)];
}

function drivesOfUserRoute(context: DriveContext): GraphRoute {
  return {
    method: 'GET',
    pattern: '/users/{user}/drives',
    permissions: READ_PERMISSIONS,
    query: ['$select', '$top'],
    handle: (call) => {
      const headers = chargeUnits(context, call.caller.appId, UNITS.list);
      const drive = driveOfUser(context, call);
      if (drive.quirks.locked) throw siteLocked();
      const value = [project(driveView(call.origin, drive), call.options.select)];
      return ok({ '@odata.context': contextUrl(call, 'drives'), value }, headers);
    },
  };
}

function quotaState(drive: Drive): string {
  const share = (drive.tree.usedBytes + drive.tree.deletedBytes) / drive.quotaBytes;
  if (share > 1) return 'exceeded';
  if (share > 0.99) return 'critical';
  return share > 0.9 ? 'nearing' : 'normal';
}
