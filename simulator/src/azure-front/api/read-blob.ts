import { blobNotFound } from '../domain/azure-error.ts';
import { isDone, withHeaders } from '../http/front-reply.ts';
import type { FrontRequest } from '../http/front-request.ts';
import { authorize } from '../signing/authorize.ts';
import type { FrontWorld } from './front-world.ts';
import type { Handled } from './operation.ts';
import { versionHeaders } from './version-headers.ts';

const PASSED = /^(if-|range$|x-ms-range)/;

/** Get Blob and Get Blob Properties. */
export async function readBlob(request: FrontRequest, world: FrontWorld): Promise<Handled> {
  if (request.query.has('versionid')) return await readVersion(request, world);
  const reply = await world.upstream.forward(request);
  const version = world.ledger.current(request.container, request.blob);
  if (!version || !isDone(reply)) return { reply };
  return {
    reply: withHeaders(reply, versionHeaders(version, true)),
    billed: { tier: version.tier, outBytes: outBytes(request, reply.headers) },
  };
}

async function readVersion(request: FrontRequest, world: FrontWorld): Promise<Handled> {
  const { container, blob, query, headers } = request;
  authorize(world.account, request, 'r');
  const version = world.ledger.version(container, blob, query.get('versionid') ?? '');
  if (!version) throw blobNotFound();
  const passed = [...headers].filter(([name]) => PASSED.test(name));
  const reply = await world.upstream.send({
    method: request.method === 'HEAD' ? 'HEAD' : 'GET',
    place: version.place,
    headers: Object.fromEntries(passed),
  });
  if (!isDone(reply)) return { reply };
  const isCurrent = world.ledger.current(container, blob) === version;
  return {
    reply: withHeaders(reply, { ...versionHeaders(version, isCurrent), etag: version.etag }),
    billed: { tier: version.tier, outBytes: outBytes(request, reply.headers) },
  };
}

function outBytes({ method }: FrontRequest, headers: Readonly<Record<string, string>>): number {
  return method === 'GET' ? Number(headers['content-length'] ?? 0) : 0;
}
