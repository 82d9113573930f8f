import { AzureError, blobNotFound } from '../domain/azure-error.ts';
import { checkDeletable } from '../domain/immutability.ts';
import { isDone } from '../http/front-reply.ts';
import type { FrontRequest } from '../http/front-request.ts';
import { authorize } from '../signing/authorize.ts';
import { endVersion, type FrontWorld, placeOf } from './front-world.ts';
import type { Handled } from './operation.ts';
import { checkNoPendingCopy, keepCurrent } from './write-blob.ts';

/** With versioning the current version becomes an earlier one, and keeps its policy. */
export async function deleteBlob(request: FrontRequest, world: FrontWorld): Promise<Handled> {
  const { ledger, locks, upstream, account, clock } = world;
  return await locks.within(placeOf(request), async () => {
    const record = ledger.blob(request.container, request.blob);
    const { current } = record;
    checkNoPendingCopy(request, world, current);
    if (current && !ledger.versioning) {
      authorize(account, request, 'd');
      checkDeletable(current, clock.nowMs());
    }
    const kept = await keepCurrent(request, world, record);
    const reply = await upstream.forward(request);
    if (!isDone(reply)) await kept?.undo();
    else if (kept) kept.done();
    else if (current) {
      endVersion(world, current);
      record.current = undefined;
    }
    return { reply };
  });
}

/** For good. Not of the current version: that is deleted without its id. */
export async function deleteVersion(request: FrontRequest, world: FrontWorld): Promise<Handled> {
  const { ledger, locks, upstream, account, clock } = world;
  const { container, blob, query } = request;
  authorize(account, request, 'x');
  return await locks.within(placeOf(request), async () => {
    const record = ledger.blob(container, blob);
    const version = ledger.version(container, blob, query.get('versionid') ?? '');
    if (!version) throw blobNotFound();
    if (version === record.current) {
      throw new AzureError(
        'OperationNotAllowedOnRootBlob',
        'This operation is not allowed on the root blob.',
      );
    }
    checkDeletable(version, clock.nowMs());
    await upstream.demand({ method: 'DELETE', place: version.place });
    record.previous = record.previous.filter((each) => each !== version);
    endVersion(world, version);
    return { reply: { status: 202, headers: {} } };
  });
}
