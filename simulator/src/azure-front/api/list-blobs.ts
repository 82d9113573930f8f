import { text } from 'node:stream/consumers';
import { AzureError, notImplemented } from '../domain/azure-error.ts';
import { type BlobVersion, versionsOf } from '../domain/blob-record.ts';
import { isDone } from '../http/front-reply.ts';
import type { FrontRequest } from '../http/front-request.ts';
import { authorize } from '../signing/authorize.ts';
import type { FrontWorld } from './front-world.ts';
import { decoratedListing, elements, escapeXml, frontProperties } from './list-xml.ts';
import type { Handled } from './operation.ts';

const PAGE_MAX = 5000;
/** What the front lists itself, beside versions. */
const INCLUDED = new Set(['versions', 'copy', 'immutabilitypolicy', 'legalhold']);

/** Azurite lists what is current; the front lists versions. */
export async function listBlobs(request: FrontRequest, world: FrontWorld): Promise<Handled> {
  const included = (request.query.get('include') ?? '').split(',').filter((one) => one !== '');
  if (included.includes('versions')) return listVersions(request, world, included);
  const reply = await world.upstream.forward(request);
  if (!isDone(reply) || typeof reply.body !== 'object') return { reply };
  const { container } = request;
  const listing = decoratedListing(await text(reply.body), (name) =>
    world.ledger.current(container, name),
  );
  const { 'content-length': _, ...headers } = reply.headers;
  return { reply: { ...reply, headers, body: listing } };
}

function listVersions(
  { query, container, ...request }: FrontRequest,
  { account, ledger }: FrontWorld,
  included: readonly string[],
): Handled {
  authorize(account, { query, container, ...request }, 'l');
  const unknown = included.find((one) => !INCLUDED.has(one));
  if (unknown !== undefined) throw notImplemented(`include=versions,${unknown}`);
  if (query.has('delimiter')) throw notImplemented('delimiter with include=versions');
  const [prefix, marker] = [query.get('prefix') ?? '', query.get('marker') ?? ''];
  const all = [...ledger.container(container).blobs]
    .filter(([name]) => name.startsWith(prefix))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, record]) =>
      versionsOf(record).map((version) => ({
        name,
        version,
        isCurrent: version === record.current,
      })),
    )
    .filter((listed) => keyOf(listed) >= marker);
  const pageSize = readPageSize(query.get('maxresults'));
  const next = all[pageSize];
  const body = [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<EnumerationResults ContainerName="${escapeXml(container)}">`,
    elements([['Prefix', prefix]]),
    `<Blobs>${all.slice(0, pageSize).map(blobXml).join('')}</Blobs>`,
    `${elements([['NextMarker', next ? keyOf(next) : '']])}</EnumerationResults>`,
  ].join('');
  return { reply: { status: 200, headers: { 'content-type': 'application/xml' }, body } };
}

interface Listed {
  readonly name: string;
  readonly version: BlobVersion;
  readonly isCurrent: boolean;
}

/** Names have no space, so that versions of a name come before longer names. */
function keyOf({ name, version }: Listed): string {
  return `${name} ${version.versionId ?? ''}`;
}

function readPageSize(asked: string | undefined): number {
  const size = asked === undefined ? PAGE_MAX : Number(asked);
  if (Number.isInteger(size) && size > 0) return Math.min(size, PAGE_MAX);
  throw new AzureError('InvalidQueryParameterValue', 'maxresults is no number of at least 1');
}

function blobXml({ name, version, isCurrent }: Listed): string {
  const properties = elements([
    ...frontProperties(version),
    ['Etag', version.etag.replaceAll('"', '')],
    ['Content-Length', String(version.sizeBytes)],
    ['Content-Type', version.contentType ?? ''],
    ['Content-MD5', version.contentMd5 ?? ''],
    ['BlobType', 'BlockBlob'],
    ['AccessTier', version.tier],
  ]);
  const { versionId } = version;
  const told = [
    elements([['Name', name]]),
    versionId === undefined ? '' : elements([['VersionId', versionId]]),
    isCurrent ? elements([['IsCurrentVersion', 'true']]) : '',
  ];
  return `<Blob>${told.join('')}<Properties>${properties}</Properties></Blob>`;
}
