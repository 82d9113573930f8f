import { AzureError } from '../domain/azure-error.ts';
import { versionsOf } from '../domain/blob-record.ts';
import { isDone } from '../http/front-reply.ts';
import type { FrontRequest } from '../http/front-request.ts';
import { authorize } from '../signing/authorize.ts';
import { endVersion, type FrontWorld } from './front-world.ts';
import type { Handled } from './operation.ts';

/** With version-level immutability enabled only what is empty can be deleted. */
export async function deleteContainer(request: FrontRequest, world: FrontWorld): Promise<Handled> {
  const { ledger, upstream, account } = world;
  const { blobs, versionLevelWorm } = ledger.container(request.container);
  const versions = [...blobs.values()].flatMap(versionsOf);
  if (versionLevelWorm && versions.length > 0) {
    authorize(account, request, 'd');
    throw new AzureError('BlobImmutableDueToPolicy', 'The container is not empty.');
  }
  const reply = await upstream.forward(request);
  if (isDone(reply)) {
    for (const version of versions) endVersion(world, version);
    ledger.forget(request.container);
  }
  return { reply };
}
