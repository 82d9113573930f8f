import { KubeConfig } from '@kubernetes/client-node';
import { makeKubernetesLauncher } from '../../src/adapters/kubernetes/kubernetes-launcher.ts';
import type { LauncherFaults, LauncherPlace } from '../../src/ports/appliance-launcher.contract.ts';
import type { ApplianceLauncher } from '../../src/ports/appliance-launcher.ts';
import { GuestPrograms } from './guest-programs.ts';
import { type CloudReady, SimulatedCloud } from './simulated-cloud.ts';

interface KubernetesReady extends CloudReady {
  readonly namespace: string;
  readonly token: string;
}

interface ToldNamespace {
  readonly creations: number;
  readonly secrets: number;
  readonly jobs: readonly { readonly name: string; readonly state: string }[];
}

/** The Kubernetes launcher on a simulated API server, whose pods are processes. */
export class KubernetesPlace implements LauncherPlace {
  readonly #cloud: SimulatedCloud<KubernetesReady>;
  readonly #guests: GuestPrograms;

  private constructor(cloud: SimulatedCloud<KubernetesReady>, guests: GuestPrograms) {
    this.#cloud = cloud;
    this.#guests = guests;
  }

  static async make(): Promise<KubernetesPlace> {
    const guests = await GuestPrograms.make();
    const cloud = await SimulatedCloud.start<KubernetesReady>('kubernetes', [
      '--guest',
      guests.command,
    ]);
    return new KubernetesPlace(cloud, guests);
  }

  open(): ApplianceLauncher {
    const { url, token, namespace } = this.#cloud.ready;
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      // It speaks plain HTTP: there is nothing to verify.
      { name: 'simulated', server: url, skipTLSVerify: true },
      { name: 'controller', token },
    );
    const settings = {
      launcher: 'kubernetes',
      namespace,
      image: 'firn/archiver-appliance',
    } as const;
    return makeKubernetesLauncher({ ...settings, cpu: '2', memory: '1Gi' }, config);
  }

  joinStrings(): Promise<readonly string[]> {
    return this.#guests.joinStrings();
  }

  async finish(joinString: string): Promise<void> {
    await this.#guests.finish(joinString);
    // The guest is a process: it takes real time to end.
    while ((await this.told()).jobs.some(({ state }) => state === 'running'));
  }

  async settle(): Promise<void> {
    await this.admin('POST', 'clock', { advanceMs: 60_000 });
    const { jobs } = await this.told();
    await this.#guests.started(jobs.filter(({ state }) => state === 'running').length);
  }

  readonly faults: LauncherFaults = {
    loseReply: async () => {
      await this.admin('POST', 'faults', { on: 'create jobs', cut: true });
    },
    exhaustQuota: async () => {
      const message =
        'jobs.batch "x" is forbidden: exceeded quota: jobs, requested: count/jobs.batch=1';
      const refuse = { code: 403, reason: 'Forbidden', message };
      await this.admin('POST', 'faults', { on: 'create jobs', refuse });
    },
    denyLaunch: async () => {
      await this.admin('POST', 'denied', { actions: ['batch/jobs:create'] });
      return 'batch/jobs:create';
    },
  };

  admin(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#cloud.admin(method, path, body);
  }

  async told(): Promise<ToldNamespace> {
    return (await this.admin('GET', 'jobs')) as ToldNamespace;
  }

  async remove(): Promise<void> {
    await this.#cloud.stop();
    await this.#guests.remove();
  }
}
