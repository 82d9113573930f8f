import { AzureError, blobNotFound, invalidHeader } from '../domain/azure-error.ts';
import type { BlobVersion } from '../domain/blob-record.ts';
import { changedPolicy } from '../domain/immutability.ts';
import type { FrontRequest } from '../http/front-request.ts';
import { authorize } from '../signing/authorize.ts';
import { type FrontWorld, placeOf } from './front-world.ts';
import type { Handled } from './operation.ts';
import { protectionHeaders } from './version-headers.ts';
import { askedPolicy } from './write-blob.ts';

export async function setPolicy(request: FrontRequest, world: FrontWorld): Promise<Handled> {
  return await protect(request, world, (version) => {
    const policy = askedPolicy(request, world);
    if (!policy) {
      const name = 'x-ms-immutability-policy-until-date';
      throw new AzureError('MissingRequiredHeader', `${name} is needed`);
    }
    version.policy = changedPolicy(version.policy, policy);
  });
}

export async function deletePolicy(request: FrontRequest, world: FrontWorld): Promise<Handled> {
  return await protect(request, world, (version) => {
    version.policy = changedPolicy(version.policy, undefined);
  });
}

export async function setLegalHold(request: FrontRequest, world: FrontWorld): Promise<Handled> {
  return await protect(request, world, (version) => {
    const value = request.headers.get('x-ms-legal-hold') ?? '';
    if (value !== 'true' && value !== 'false') throw invalidHeader('x-ms-legal-hold', value);
    askedPolicy(request, world);
    version.legalHold = value === 'true';
  });
}

/** Neither changes the ETag, nor makes a version. */
async function protect(
  request: FrontRequest,
  { account, ledger, locks }: FrontWorld,
  change: (version: BlobVersion) => void,
): Promise<Handled> {
  const { container, blob, query } = request;
  authorize(account, request, 'i');
  const versionId = query.get('versionid');
  return await locks.within(placeOf(request), async () => {
    const version =
      versionId === undefined
        ? ledger.current(container, blob)
        : ledger.version(container, blob, versionId);
    if (!version) throw blobNotFound();
    change(version);
    return { reply: { status: 200, headers: protectionHeaders(version) } };
  });
}
