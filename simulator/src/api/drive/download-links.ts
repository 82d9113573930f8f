import type { Drive } from '../../domain/drive/drive.ts';
import type { DriveItem } from '../../domain/drive/drive-item.ts';
import type { DriveContext } from './drive-context.ts';

/** What a download URL stands for. */
export type DownloadGrant = {
  readonly drive: Drive;
  readonly itemId: string;
  /** A version by its number; undefined is the current content. */
  readonly version: number | undefined;
  readonly appId: string;
  readonly expiresAtMs: number;
};

/**
 * A URL that needs no token, on the path of the personal site, good for an hour. Its `tempauth` has
 * the four parts of the service's own: `v1.`, a header and a payload with `exp` in JWT's form, a seal.
 */
export function downloadUrl(
  context: DriveContext,
  request: {
    readonly origin: string;
    readonly drive: Drive;
    readonly item: DriveItem;
    readonly appId: string;
    readonly version?: number;
  },
): string {
  const { drive, item, appId } = request;
  const expiresAtMs = context.clock.nowMs() + context.lifetimes.downloadUrlMs;
  const seal = context.sealer.seal({
    use: 'download',
    drive: drive.id,
    item: item.id,
    version: request.version ?? null,
    app: appId,
    exp: expiresAtMs,
  });
  const header = encode({ typ: 'JWT', alg: 'none' });
  const payload = encode({ appid: appId, exp: String(Math.floor(expiresAtMs / 1000)) });
  const query = new URLSearchParams({
    UniqueId: item.guid,
    Translate: 'false',
    tempauth: `v1.${header}.${payload}.${seal}`,
    ApiVersion: '2.0',
  });
  const origin = context.contentPlace.origin ?? request.origin;
  return `${origin}/personal/${drive.siteName}/_layouts/15/download.aspx?${query}`;
}

/** The grant of a `tempauth`, expired or not; undefined when it is none of ours. */
export function readDownloadGrant(
  context: DriveContext,
  tempauth: string,
): DownloadGrant | undefined {
  const payload = context.sealer.open(tempauth.split('.')[3] ?? '');
  if (payload?.['use'] !== 'download') return undefined;
  const drive = context.drives.find(String(payload['drive']));
  if (!drive) return undefined;
  const version = payload['version'];
  return {
    drive,
    itemId: String(payload['item']),
    version: typeof version === 'number' ? version : undefined,
    appId: String(payload['app']),
    expiresAtMs: Number(payload['exp']),
  };
}

function encode(part: Readonly<Record<string, string>>): string {
  return Buffer.from(JSON.stringify(part), 'utf8').toString('base64url');
}
