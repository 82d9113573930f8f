import type { Drive } from '../../domain/drive/drive.ts';
import type { DriveItem } from '../../domain/drive/drive-item.ts';
import type { ApiResponse } from '../core/api-message.ts';
import type { GraphCall, GraphRoute } from '../core/graph-call.ts';
import { notFound } from '../core/graph-error.ts';
import type { DriveContext } from './drive-context.ts';
import { itemNotFound, noPersonalSite, siteLocked, toGraphError } from './drive-refusals.ts';
import { chargeUnits } from './resource-units.ts';

/** An item as a request names it: by id or root, and perhaps a path below. */
export type ItemAddress = { readonly base: DriveItem; readonly names: readonly string[] };

/** A call to one drive. */
export type DriveScope = {
  readonly context: DriveContext;
  readonly call: GraphCall;
  readonly drive: Drive;
  readonly address: ItemAddress;
};

export type DriveOperation = {
  readonly method: GraphRoute['method'];
  /** What follows the item in the path: empty or `/children`. */
  readonly suffix: string;
  readonly query: readonly string[];
  readonly units: number | ((call: GraphCall) => number);
  readonly handle: (scope: DriveScope) => ApiResponse | Promise<ApiResponse>;
};

export const READ_PERMISSIONS: readonly string[] = [
  'Files.Read.All',
  'Files.ReadWrite.All',
  'Sites.Read.All',
  'Sites.ReadWrite.All',
  'Sites.FullControl.All',
];
export const WRITE_PERMISSIONS: readonly string[] = [
  'Files.ReadWrite.All',
  'Sites.ReadWrite.All',
  'Sites.FullControl.All',
];

type DriveStem = {
  readonly pattern: string;
  readonly find: (context: DriveContext, call: GraphCall) => Drive;
};

export const DRIVE_STEMS: readonly DriveStem[] = [
  { pattern: '/drives/{drive}', find: driveById },
  { pattern: '/users/{user}/drive', find: driveOfUser },
];

const ROOT = '/root';

const ITEM_STEMS = [
  { pattern: ROOT, hasItem: false, hasPath: false },
  { pattern: `${ROOT}/{path:}`, hasItem: false, hasPath: true },
  { pattern: '/items/{item}', hasItem: true, hasPath: false },
  { pattern: '/items/{item}/{path:}', hasItem: true, hasPath: true },
] as const;

/** The routes of an operation on an item, for every way to name the item. */
export function itemRoutes(context: DriveContext, operation: DriveOperation): GraphRoute[] {
  return DRIVE_STEMS.flatMap((stem) =>
    ITEM_STEMS.map((itemStem) =>
      driveRoute(context, {
        ...operation,
        stem,
        suffix: `${itemStem.pattern}${operation.suffix}`,
        addressOf: (call, drive) => ({
          base: itemStem.hasItem ? itemById(drive, call.param('item')) : drive.tree.root,
          names: itemStem.hasPath ? namesOf(call.param('path')) : [],
        }),
      }),
    ),
  );
}

/** The route of an operation under one stem: permission, units, lock, refusals. */
export function driveRoute(
  context: DriveContext,
  operation: DriveOperation & {
    readonly stem: DriveStem;
    readonly addressOf?: (call: GraphCall, drive: Drive) => ItemAddress;
  },
): GraphRoute {
  const { stem, method, addressOf = rootAddress } = operation;
  return {
    method,
    pattern: `${stem.pattern}${operation.suffix}`,
    permissions: method === 'GET' ? READ_PERMISSIONS : WRITE_PERMISSIONS,
    query: operation.query,
    handle: async (call) => {
      const units = typeof operation.units === 'number' ? operation.units : operation.units(call);
      const headers = chargeUnits(context, call.caller.appId, units);
      try {
        const drive = stem.find(context, call);
        if (drive.quirks.locked) throw siteLocked();
        const address = addressOf(call, drive);
        const response = await operation.handle({ context, call, drive, address });
        return { ...response, headers: { ...headers, ...response.headers } };
      } catch (error) {
        throw toGraphError(error);
      }
    },
  };
}

/** The addressed item itself; throws itemNotFound. */
export function addressedItem({ drive, address }: DriveScope): DriveItem {
  return drive.tree.resolve(address.base.id, address.names);
}

export function driveOfUser(context: DriveContext, call: GraphCall): Drive {
  const user = context.directory.find(call.param('user'));
  if (!user) {
    throw notFound(
      'Request_ResourceNotFound',
      `Resource '${call.param('user')}' does not exist or one of its queried reference-property objects are not present.`,
    );
  }
  const drive = context.drives.ofUser(user.id);
  if (!drive) throw noPersonalSite(call.path.toLowerCase().endsWith('s') ? 'not found' : 'unable');
  return drive;
}

function driveById(context: DriveContext, call: GraphCall): Drive {
  const drive = context.drives.find(call.param('drive'));
  if (!drive) throw itemNotFound();
  return drive;
}

function rootAddress(_call: GraphCall, drive: Drive): ItemAddress {
  return { base: drive.tree.root, names: [] };
}

function itemById(drive: Drive, id: string): DriveItem {
  return id.toLowerCase() === 'root' ? drive.tree.root : drive.tree.get(id);
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}
