import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeApplianceLauncher } from '../../src/ports/appliance-launcher.contract.ts';
import { KubernetesPlace } from './kubernetes-place.ts';

describeApplianceLauncher('Kubernetes', () => KubernetesPlace.make());

describe('the Kubernetes launcher', () => {
  let place: KubernetesPlace;
  beforeEach(async () => {
    place = await KubernetesPlace.make();
  });
  afterEach(() => place.remove());

  const order = {
    installationId: 'i1',
    workerId: '5f1c1d0e-4a44-4a0c-9d55-000000000001',
    joinString: 'firn1.join',
    lifeMs: 3_600_000,
  };

  it('keeps the join string in a secret, and gives the pod no rights', async () => {
    const launcher = place.open();
    const [choice] = launcher.choices;
    if (choice === undefined) throw new Error('no choice');
    const { secret, job } = JSON.parse(launcher.prepare(order, choice).request);
    expect(secret.stringData).toEqual({ join: 'firn1.join' });
    expect(JSON.stringify(job)).not.toContain('firn1.join');
    expect(job.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 3_900 });
    expect(job.spec.template.spec).toMatchObject({
      automountServiceAccountToken: false,
      restartPolicy: 'Never',
    });
  });

  it('has the cluster end what outlives its deadline', async () => {
    const launcher = place.open();
    const [choice] = launcher.choices;
    if (choice === undefined) throw new Error('no choice');
    const intent = launcher.prepare(order, choice);
    await launcher.launch(intent);
    await place.settle();
    await place.admin('POST', 'clock', { advanceMs: 3_900_000 });
    expect(await launcher.find(intent)).toMatchObject({ state: 'leftovers' });
    await place.admin('POST', 'clock', { advanceMs: 3_600_000 });
    expect(await place.told()).toMatchObject({ jobs: [], secrets: 1 });
    expect(await launcher.end(intent)).toBe(false);
    expect(await launcher.end(intent)).toBe(true);
    expect(await place.told()).toMatchObject({ jobs: [], secrets: 0 });
  });
});
