import { AzureError } from '../domain/azure-error.ts';
import { type BlobRecord, type BlobVersion, isPendingCopy } from '../domain/blob-record.ts';
import { type Policy, readPolicy } from '../domain/immutability.ts';
import { readTier } from '../domain/tier.ts';
import { type FrontReply, isDone, withHeaders } from '../http/front-reply.ts';
import type { FrontRequest } from '../http/front-request.ts';
import { authorize } from '../signing/authorize.ts';
import { endVersion, type FrontWorld, placeOf, VERSIONS_CONTAINER } from './front-world.ts';
import type { Handled } from './operation.ts';
import { writtenHeaders } from './version-headers.ts';

/** Put Blob, Put Block List, and Copy Blob of what can be read. */
export async function writeBlob(request: FrontRequest, world: FrontWorld): Promise<Handled> {
  const written = await replaceBlob(request, world, {
    write: () => world.upstream.forward(request),
  });
  return {
    reply: written.reply,
    ...(written.version && { billed: { tier: written.version.tier } }),
  };
}

export interface Replacing {
  readonly write: () => Promise<FrontReply>;
  /** Before anybody else gets at it. */
  readonly written?: (version: BlobVersion, reply: FrontReply) => void;
}

export interface Written {
  readonly reply: FrontReply;
  /** Absent when Azurite refused. */
  readonly version?: BlobVersion;
}

/** What is there becomes an earlier version before it is written over. */
export async function replaceBlob(
  request: FrontRequest,
  world: FrontWorld,
  { write, written }: Replacing,
): Promise<Written> {
  const { ledger, locks } = world;
  const policy = askedPolicy(request, world);
  return await locks.within(placeOf(request), async () => {
    const record = ledger.blob(request.container, request.blob);
    checkNoPendingCopy(request, world, record.current);
    const kept = await keepCurrent(request, world, record);
    const reply = await write();
    if (!isDone(reply)) {
      await kept?.undo();
      return { reply };
    }
    if (record.current) kept ? kept.done() : endVersion(world, record.current);
    const version = await readWritten(request, world);
    version.policy = policy;
    version.legalHold = request.headers.get('x-ms-legal-hold') === 'true';
    record.current = version;
    written?.(version, reply);
    return { reply: withHeaders(reply, writtenHeaders(version)), version };
  });
}

/** Of the request's headers, which need a container that has them enabled. */
export function askedPolicy(
  { headers, container }: FrontRequest,
  { ledger, clock }: FrontWorld,
): Policy | undefined {
  const policy = readPolicy((name) => headers.get(name), clock.nowMs());
  const asks = policy !== undefined || headers.has('x-ms-legal-hold');
  if (!asks || ledger.container(container).versionLevelWorm) return policy;
  throw new AzureError(
    'UnsupportedHeader',
    'Version-level immutability is not enabled on the container.',
  );
}

export function checkNoPendingCopy(
  request: FrontRequest,
  { account }: FrontWorld,
  version: BlobVersion | undefined,
): void {
  if (!isPendingCopy(version)) return;
  authorize(account, request, 'wc');
  throw new AzureError('PendingCopyOperation', 'There is currently a pending copy operation.');
}

interface Kept {
  /** The write failed. */
  undo(): Promise<void>;
  /** The write took place. */
  done(): void;
}

/** Undefined when there is nothing to keep. */
export async function keepCurrent(
  { container, blob }: FrontRequest,
  { ledger, upstream }: FrontWorld,
  record: BlobRecord,
): Promise<Kept | undefined> {
  const { current } = record;
  if (!current || !ledger.versioning) return undefined;
  const versionId = current.versionId ?? ledger.newVersionId(current.createdMs);
  const place = { container: VERSIONS_CONTAINER, name: `${container}/${blob}/${versionId}` };
  const source = { 'x-ms-copy-source': upstream.urlOf(current.place) };
  const headers = { ...source, 'x-ms-access-tier': current.tier };
  await upstream.demand({ method: 'PUT', place, headers });
  return {
    undo: async () => void (await upstream.demand({ method: 'DELETE', place })),
    done: () => {
      current.place = place;
      current.versionId = versionId;
      record.previous.push(current);
      record.current = undefined;
    },
  };
}

/** What Azurite has now. */
async function readWritten(request: FrontRequest, world: FrontWorld): Promise<BlobVersion> {
  const { upstream, ledger, clock } = world;
  const place = placeOf(request);
  const { headers } = await upstream.demand({ method: 'HEAD', place });
  const nowMs = clock.nowMs();
  return {
    place,
    versionId: ledger.versioning ? ledger.newVersionId(nowMs) : undefined,
    createdMs: nowMs,
    modifiedMs: nowMs,
    sizeBytes: Number(headers['content-length'] ?? 0),
    etag: headers['etag'] ?? '',
    contentMd5: headers['content-md5'],
    contentType: headers['content-type'],
    tier: readTier(headers['x-ms-access-tier'] ?? 'Hot'),
    tierSinceMs: nowMs,
    rehydration: undefined,
    copy: undefined,
    policy: undefined,
    legalHold: false,
    isGone: false,
  };
}
