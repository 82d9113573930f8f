import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeApplianceLauncher } from '../../src/ports/appliance-launcher.contract.ts';
import type { ApplianceLauncher, LaunchIntent } from '../../src/ports/appliance-launcher.ts';
import { AzurePlace } from './azure-place.ts';

describeApplianceLauncher('Azure', () => AzurePlace.make());

describe('the Azure launcher', () => {
  let place: AzurePlace;
  beforeEach(async () => {
    place = await AzurePlace.make();
  });
  afterEach(() => place.remove());

  const order = {
    installationId: 'i1',
    workerId: '5f1c1d0e-4a44-4a0c-9d55-000000000001',
    joinString: 'firn1.join',
    lifeMs: 3_600_000,
  };

  function intentOf(launcher: ApplianceLauncher, choice = 0): LaunchIntent {
    const chosen = launcher.choices[choice];
    if (chosen === undefined) throw new Error('no such choice');
    return launcher.prepare(order, chosen);
  }

  it('asks for spot first, with eviction by deletion', () => {
    const launcher = place.open({ spot: true });
    expect(launcher.choices.map((each) => each.description)).toEqual([
      'Standard_D2ds_v5, spot',
      'Standard_D2s_v5, spot',
      'Standard_D2ds_v5, pay as you go',
      'Standard_D2s_v5, pay as you go',
    ]);
    expect(JSON.parse(intentOf(launcher).request)).toMatchObject({
      name: `arc-${order.workerId}`,
      body: { priority: 'Spot', evictionPolicy: 'Delete', billingProfile: { maxPrice: -1 } },
    });
  });

  it('has interface and disk go with the machine', async () => {
    const launcher = place.openWithDisk();
    const intent = intentOf(launcher);
    await launcher.launch(intent);
    await place.settle();
    expect((await place.told()).parts).toHaveLength(2);
    expect(await launcher.end(intent)).toBe(false);
    await place.settle();
    expect((await place.told()).parts).toEqual([]);
    expect(await launcher.end(intent)).toBe(true);
  });

  it('removes the interface that an exhausted quota has left', async () => {
    const launcher = place.open();
    const intent = intentOf(launcher);
    await place.faults.exhaustQuota();
    await expect(launcher.launch(intent)).rejects.toMatchObject({ code: 'E_APPLIANCE_QUOTA' });
    expect((await place.told()).parts).toHaveLength(1);
    expect(await launcher.list('i1')).toMatchObject([{ state: 'leftovers' }]);
    expect(await launcher.end(intent)).toBe(false);
    expect((await place.told()).parts).toEqual([]);
    expect(await launcher.end(intent)).toBe(true);
  });

  it('shows a machine that is only switched off: it is billed', async () => {
    const launcher = place.open();
    const intent = intentOf(launcher);
    const request = JSON.parse(intent.request);
    delete request.body.identity;
    await launcher.launch({ ...intent, request: JSON.stringify(request) });
    await place.settle();
    await place.stopGuest('firn1.join');
    expect(await launcher.find(intent)).toMatchObject({ state: 'stopped' });
    expect(await launcher.end(intent)).toBe(false);
    await place.settle();
    expect(await launcher.end(intent)).toBe(true);
  });

  it('has its machines deleted when they are evicted', async () => {
    const launcher = place.open({ spot: true });
    const intent = intentOf(launcher);
    await launcher.launch(intent);
    await place.settle();
    await place.admin('POST', 'evict', { name: `arc-${order.workerId}` });
    await place.admin('POST', 'clock', { advanceMs: 30_000 });
    await place.admin('POST', 'clock', { advanceMs: 30_000 });
    expect(await place.told()).toMatchObject({ machines: [], parts: [] });
    expect(await launcher.end(intent)).toBe(true);
  });
});
