import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArmTestWorld, aMachine, refusal } from './arm-world.ts';

let world: ArmTestWorld;
beforeEach(async () => {
  world = await ArmTestWorld.start();
});
afterEach(() => world.close());

const advance = (advanceMs: number) => world.admin('POST', 'clock', { advanceMs });
const create = (changes = {}, options = {}) =>
  world.compute.virtualMachines
    .createOrUpdate(world.group, 'm', aMachine(changes), options)
    .submitted();
const get = () => world.compute.virtualMachines.get(world.group, 'm', { expand: 'instanceView' });

async function parts(): Promise<readonly string[]> {
  const filter = "tagName eq 'owner' and tagValue eq 'one'";
  const found: string[] = [];
  const listed = world.resources.resources.listByResourceGroup(world.group, { filter });
  for await (const { name = '' } of listed) found.push(name);
  return found.toSorted();
}

describe('a virtual machine', () => {
  it('is created and deleted in time, with disk and interface', async () => {
    await create();
    expect(await get()).toMatchObject({ provisioningState: 'Creating' });
    await advance(20_000);
    expect(await get()).toMatchObject({
      provisioningState: 'Succeeded',
      instanceView: {
        statuses: [{ code: 'ProvisioningState/succeeded' }, { code: 'PowerState/running' }],
      },
    });
    expect(await parts()).toEqual(['m', 'm-nic', 'm-os']);
    await world.compute.virtualMachines.delete(world.group, 'm').submitted();
    expect(await get()).toMatchObject({ provisioningState: 'Deleting' });
    await advance(30_000);
    expect(await refusal(get())).toEqual(['ResourceNotFound', 404]);
    expect(await parts()).toEqual([]);
  });

  it('is polled to its end by the client', async () => {
    await world.admin('POST', 'pace', { createMs: 0, deleteMs: 0 });
    const { virtualMachines } = world.compute;
    const options = { updateIntervalInMs: 10 };
    const made = await virtualMachines.createOrUpdate(world.group, 'm', aMachine(), options);
    expect(made).toMatchObject({ name: 'm', provisioningState: 'Succeeded' });
    await virtualMachines.delete(world.group, 'm', options);
    expect(await refusal(get())).toEqual(['ResourceNotFound', 404]);
  });

  it('leaves behind what nobody said to delete', async () => {
    const { storageProfile } = aMachine();
    const { deleteOption: _, ...osDisk } = storageProfile?.osDisk ?? { createOption: 'FromImage' };
    await create({ storageProfile: { ...storageProfile, osDisk } });
    await world.compute.virtualMachines.delete(world.group, 'm').submitted();
    await advance(30_000);
    expect(await parts()).toEqual(['m-os']);
  });

  it('is never changed by a PUT', async () => {
    await create();
    expect(await refusal(create())).toEqual(['PropertyChangeNotAllowed', 409]);
    expect(await refusal(create({}, { ifNoneMatch: '*' }))).toEqual(['PreconditionFailed', 412]);
  });

  it('that found no room has failed, and keeps its interface until it is deleted', async () => {
    const failLater = { code: 'AllocationFailed', message: 'Allocation failed.' };
    await world.admin('POST', 'faults', { method: 'PUT', failLater });
    await create();
    await advance(20_000);
    expect(await get()).toMatchObject({
      provisioningState: 'Failed',
      instanceView: { statuses: [{ code: 'ProvisioningState/failed/AllocationFailed' }] },
    });
    expect(await parts()).toEqual(['m', 'm-nic', 'm-os']);
  });

  it('is evicted half a minute after it was told', async () => {
    await create({ priority: 'Spot', evictionPolicy: 'Delete' });
    await advance(20_000);
    await world.admin('POST', 'evict', { name: 'm' });
    await advance(29_000);
    expect(await get()).toMatchObject({ provisioningState: 'Succeeded' });
    await advance(1_000);
    expect(await get()).toMatchObject({ provisioningState: 'Deleting' });
  });
});

describe('refusals', () => {
  it('leave an interface behind where a quota is exhausted', async () => {
    const refuse = {
      status: 409,
      code: 'OperationNotAllowed',
      message: 'exceeding approved quota',
    };
    await world.admin('POST', 'faults', { method: 'PUT', refuse, leavesInterface: true });
    expect(await refusal(create())).toEqual(['OperationNotAllowed', 409]);
    expect(await parts()).toEqual(['m-nic']);
  });

  it('name the action that is not allowed', async () => {
    const actions = ['Microsoft.Compute/virtualMachines/write'];
    await world.admin('POST', 'denied', { actions });
    await expect(create()).rejects.toThrow(
      "does not have authorization to perform action 'Microsoft.Compute/virtualMachines/write'",
    );
  });

  it('are for what is not known here, and for what does not go together', async () => {
    expect(await refusal(create({ zones: ['1'] }))).toEqual(['InvalidRequestContent', 400]);
    expect(await refusal(create({ evictionPolicy: 'Delete' }))).toEqual(['InvalidParameter', 400]);
    const { storageProfile } = aMachine();
    const osDisk = { ...storageProfile?.osDisk, diffDiskSettings: { option: 'Local' } };
    const ephemeral = create({ storageProfile: { ...storageProfile, osDisk } });
    expect(await refusal(ephemeral)).toEqual(['InvalidParameter', 400]);
  });

  it('are for an interface that is in use', async () => {
    await create();
    const { subscriptionId, resourceGroup } = world.server.ready;
    const id = `subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/networkInterfaces/m-nic`;
    const deleting = world.resources.resources.deleteById(id, '2024-05-01').submitted();
    expect(await refusal(deleting)).toEqual(['NicInUse', 409]);
  });
});
