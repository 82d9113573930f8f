import type { Billed } from '../control/meter.ts';
import { AzureError, blobArchived } from '../domain/azure-error.ts';
import type { BlobVersion } from '../domain/blob-record.ts';
import { readPriority } from '../domain/rehydration.ts';
import { readTier, type Tier } from '../domain/tier.ts';
import { type FrontReply, isDone, withHeaders } from '../http/front-reply.ts';
import { type FrontRequest, readQuery } from '../http/front-request.ts';
import { authorize, hasAccountKey } from '../signing/authorize.ts';
import { checkAccessSignature } from '../signing/shared-access-signature.ts';
import type { FrontWorld } from './front-world.ts';
import { placeOf } from './front-world.ts';
import type { Handled } from './operation.ts';
import { beginRehydration, emptyCopy } from './settle.ts';
import { replaceBlob, writeBlob } from './write-blob.ts';

/** Headers of the request that its copy keeps. */
const PASSED = /^(if-|x-ms-meta-|x-ms-source-if-|x-ms-lease-id|x-ms-if-tags)/;

/** Azurite copies what can be read by itself; out of the archive and of versions the front does. */
export async function copyBlob(request: FrontRequest, world: FrontWorld): Promise<Handled> {
  const source = findSource(request, world);
  if (!source) return await writeBlob(request, world);
  const { account } = world;
  authorize(account, request, 'wc');
  checkSourceAccess(request, world, source);
  return source.version.tier === 'Archive'
    ? await copyFromArchive(request, world, source.version)
    : await copyVersion(request, world, source.version);
}

/** Before it is done: 204, and the blob has no bytes. */
export async function abortCopy(request: FrontRequest, world: FrontWorld): Promise<Handled> {
  const { account, ledger, locks, upstream } = world;
  return await locks.within(placeOf(request), async () => {
    const current = ledger.current(request.container, request.blob);
    if (current?.copy?.status !== 'pending') return { reply: await upstream.forward(request) };
    authorize(account, request, 'w');
    if (request.headers.get('x-ms-copy-action') !== 'abort') {
      throw new AzureError('MissingRequiredHeader', 'x-ms-copy-action: abort is needed');
    }
    if (request.query.get('copyid') !== current.copy.id) {
      throw new AzureError('CopyIdMismatch', 'The copy ID did not match the one of this blob.');
    }
    await emptyCopy(world, current, 'aborted');
    return { reply: { status: 204, headers: {} } };
  });
}

interface Source {
  readonly url: URL;
  readonly container: string;
  readonly blob: string;
  readonly version: BlobVersion;
}

/** Undefined when Azurite can deal with it, or refuse it, alone. */
function findSource(
  { headers }: FrontRequest,
  { ledger, account }: FrontWorld,
): Source | undefined {
  const url = new URL(headers.get('x-ms-copy-source') ?? '', 'http://nowhere');
  const [name, container = '', ...parts] = url.pathname.split('/').slice(1).map(decodeURIComponent);
  if (name !== account.name) return undefined;
  const blob = parts.join('/');
  const versionId = url.searchParams.get('versionid');
  const version =
    versionId === null
      ? ledger.current(container, blob)
      : ledger.version(container, blob, versionId);
  const isOurs = version !== undefined && (version.tier === 'Archive' || versionId !== null);
  return isOurs ? { url, container, blob, version } : undefined;
}

/** A source has a signature of its own, or the request the account's key. */
function checkSourceAccess(
  request: FrontRequest,
  { account }: FrontWorld,
  { url, container, blob }: Source,
): void {
  if (hasAccountKey(request)) return;
  const query = readQuery(url.search.slice(1));
  try {
    checkAccessSignature(account, { container, blob, query, nowMs: Date.now() }, 'r');
  } catch {
    throw new AzureError(
      'CannotVerifyCopySource',
      'Server failed to authenticate the source of the copy.',
    );
  }
}

async function copyFromArchive(
  request: FrontRequest,
  world: FrontWorld,
  source: BlobVersion,
): Promise<Handled> {
  const { headers, container, blob } = request;
  const asked = headers.get('x-ms-access-tier');
  const to = asked === undefined ? 'Archive' : readTier(asked);
  const priority = readPriority(headers.get('x-ms-rehydrate-priority'));
  const isItself = world.ledger.current(container, blob) === source;
  const isSync = headers.get('x-ms-requires-sync') === 'true';
  if (to === 'Archive' || isItself || isSync || source.rehydration) throw blobArchived();
  const sourceUrl = (headers.get('x-ms-copy-source') ?? '').split('?')[0] ?? '';
  let rehydrated: Billed['rehydrated'];
  const { reply, version } = await replaceBlob(request, world, {
    write: () => copyInside(request, world, source),
    written: (written, { headers: told }) => {
      const id = told['x-ms-copy-id'] ?? '';
      written.copy = { id, sourceUrl, source, status: 'pending' };
      rehydrated = beginRehydration(world, written, { to, priority });
    },
  });
  if (!version) return { reply };
  return {
    reply: withHeaders(reply, { 'x-ms-copy-status': 'pending' }),
    billed: { tier: to, ...(rehydrated && { rehydrated }) },
  };
}

async function copyVersion(
  request: FrontRequest,
  world: FrontWorld,
  source: BlobVersion,
): Promise<Handled> {
  const asked = request.headers.get('x-ms-access-tier');
  const tier = asked === undefined ? source.tier : readTier(asked);
  const { reply } = await replaceBlob(request, world, {
    write: () => copyInside(request, world, source, tier),
  });
  return { reply, billed: { tier } };
}

/** What thaws is archived until its time. */
async function copyInside(
  request: FrontRequest,
  { upstream }: FrontWorld,
  source: BlobVersion,
  tier: Tier = 'Archive',
): Promise<FrontReply> {
  const passed = [...request.headers].filter(([name]) => PASSED.test(name));
  const reply = await upstream.send({
    method: 'PUT',
    place: placeOf(request),
    headers: {
      ...Object.fromEntries(passed),
      'x-ms-copy-source': upstream.urlOf(source.place),
      'x-ms-access-tier': tier,
    },
  });
  return isDone(reply) ? { ...reply, status: 202 } : reply;
}
