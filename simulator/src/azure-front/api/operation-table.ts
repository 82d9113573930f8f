import { notImplemented } from '../domain/azure-error.ts';
import type { FrontRequest } from '../http/front-request.ts';
import { abortCopy, copyBlob } from './copy-blob.ts';
import { deleteBlob, deleteVersion } from './delete-blob.ts';
import { deleteContainer } from './delete-container.ts';
import { listBlobs } from './list-blobs.ts';
import { forward, type Operation } from './operation.ts';
import { deletePolicy, setLegalHold, setPolicy } from './protect-blob.ts';
import { readBlob } from './read-blob.ts';
import { setTier } from './set-tier.ts';
import { writeBlob } from './write-blob.ts';

/** By method and `comp`; of containers as `container/…`. Everything else is refused by its name. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'PUT ': { name: 'PutBlob', cost: 'write', handle: writeBlob },
  'PUT copy-source': { name: 'CopyBlob', cost: 'write', handle: copyBlob },
  'PUT block': { name: 'PutBlock', cost: 'write', handle: forward },
  'PUT blocklist': { name: 'PutBlockList', cost: 'write', handle: writeBlob },
  'PUT tier': { name: 'SetBlobTier', cost: 'other', handle: setTier },
  'PUT copy': { name: 'AbortCopyBlob', cost: 'other', handle: abortCopy },
  'PUT lease': { name: 'LeaseBlob', cost: 'other', handle: forward },
  'PUT immutabilitypolicies': { name: 'SetImmutabilityPolicy', cost: 'other', handle: setPolicy },
  'DELETE immutabilitypolicies': {
    name: 'DeleteImmutabilityPolicy',
    cost: 'other',
    handle: deletePolicy,
  },
  'PUT legalhold': { name: 'SetLegalHold', cost: 'other', handle: setLegalHold },
  'GET ': { name: 'GetBlob', cost: 'read', handle: readBlob },
  'HEAD ': { name: 'GetBlobProperties', cost: 'other', handle: readBlob },
  'GET blocklist': { name: 'GetBlockList', cost: 'other', handle: forward },
  'DELETE ': { name: 'DeleteBlob', cost: 'free', handle: deleteBlob },
  'DELETE versionid': { name: 'DeleteVersion', cost: 'free', handle: deleteVersion },
  'PUT container/': { name: 'CreateContainer', cost: 'list', handle: forward },
  'GET container/': { name: 'GetContainerProperties', cost: 'other', handle: forward },
  'HEAD container/': { name: 'GetContainerProperties', cost: 'other', handle: forward },
  'GET container/list': { name: 'ListBlobs', cost: 'list', handle: listBlobs },
  'DELETE container/': { name: 'DeleteContainer', cost: 'free', handle: deleteContainer },
};
const OF_ACCOUNT: Operation = { name: 'Account', cost: 'other', handle: forward };

export function chooseOperation(request: FrontRequest): Operation {
  if (request.container === '') return OF_ACCOUNT;
  const key = `${request.method} ${whatOf(request)}`;
  const operation = Object.hasOwn(OPERATIONS, key) ? OPERATIONS[key] : undefined;
  const type = request.headers.get('x-ms-blob-type') ?? 'BlockBlob';
  if (operation && type === 'BlockBlob') return operation;
  throw notImplemented(operation ? type : key);
}

function whatOf({ blob, query, headers, method }: FrontRequest): string {
  const comp = (query.get('comp') ?? '').toLowerCase();
  if (blob === '') return `container/${comp}`;
  if (comp !== '') return comp;
  if (query.has('snapshot')) return 'snapshot';
  if (method === 'PUT' && headers.has('x-ms-copy-source')) return 'copy-source';
  return method === 'DELETE' && query.has('versionid') ? 'versionid' : '';
}
