import {
  type DeltaPosition,
  latestPosition,
  positionAtTime,
  startOfFullRound,
} from '../../domain/drive/delta-round.ts';
import type { Drive } from '../../domain/drive/drive.ts';
import type { GraphCall } from '../core/graph-call.ts';
import { GraphError } from '../core/graph-error.ts';
import type { DriveContext } from './drive-context.ts';

/** The token of a delta call, wherever the client put it: as argument or as query option. */
export function tokenOf(call: GraphCall): string | undefined {
  const token = call.argument('token') ?? call.query.get('token') ?? undefined;
  return token === '' ? undefined : token;
}

export function sealPosition(context: DriveContext, drive: Drive, position: DeltaPosition): string {
  return context.sealer.seal({
    use: 'drive-delta',
    drive: drive.id,
    kind: position.kind,
    after: position.after,
    began: position.kind === 'full' ? position.beganAt : null,
    generation: drive.tokenGeneration,
    epoch: context.delta.epoch,
    issued: context.clock.nowMs(),
  });
}

/** Where a call starts to read; undefined when its token is dead, foreign or broken. */
export function openPosition(
  context: DriveContext,
  drive: Drive,
  token: string | undefined,
): DeltaPosition | undefined {
  if (token === undefined) return startOfFullRound(drive.tree);
  if (token.toLowerCase() === 'latest') return latestPosition(drive.tree);
  const timeMs = readTimestamp(token);
  if (timeMs !== undefined) return positionAtTime(drive.tree, timeMs);
  const payload = context.sealer.open(token);
  if (payload?.['use'] !== 'drive-delta' || payload['drive'] !== drive.id) return undefined;
  if (payload['generation'] !== drive.tokenGeneration) return undefined;
  const stamp = { epoch: Number(payload['epoch']), issuedMs: Number(payload['issued']) };
  if (!context.delta.isAlive(stamp, context.clock.nowMs())) return undefined;
  const after = Number(payload['after']);
  return payload['kind'] === 'full'
    ? { kind: 'full', after, beganAt: Number(payload['began']) }
    : { kind: 'changes', after };
}

/** 410 with a Location that starts a full enumeration [Microsoft: driveitem-delta]. */
export function resyncRequired(drive: Drive, location: string): GraphError {
  return new GraphError({
    status: 410,
    code: drive.quirks.resync,
    message: 'Resync required. Replace any local items with the version of the server.',
    headers: { location },
    inner: { code: 'resyncRequired' },
  });
}

/** `2021-09-29T20:00:00Z`, also with an offset; a `+` may have arrived as a blank. */
function readTimestamp(token: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[ +-]\d{1,2}:\d\d)$/i.exec(token);
  if (!match?.[1] || !match[2]) return undefined;
  const zone = match[2].replace(' ', '+').replace(/^([+-])(\d):/, '$10$2:');
  const timeMs = Date.parse(`${match[1]}${zone}`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
