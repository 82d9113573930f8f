import {
  AuthorizationV1Api,
  BatchV1Api,
  CoreV1Api,
  KubeConfig,
  type V1Job,
  type V1ObjectMeta,
} from '@kubernetes/client-node';
import type { KubernetesSettings } from '../../domain/appliance-settings.ts';
import type {
  ApplianceLauncher,
  ApplianceOrder,
  ApplianceSighting,
  ApplianceTags,
  LaunchChoice,
  LaunchIntent,
} from '../../ports/appliance-launcher.ts';
import {
  fromMachineTags,
  installationTag,
  machineName,
  workerTag,
} from '../machine/machine-tags.ts';
import { hasStatus, toKubernetesAppError } from './kubernetes-errors.ts';
import { type KubernetesRequest, kubernetesRequest } from './kubernetes-request.ts';

/** What the launcher calls, as roles name it: group, resource, verb. */
const needed = [
  ['batch', 'jobs', 'create'],
  ['batch', 'jobs', 'list'],
  ['batch', 'jobs', 'delete'],
  ['', 'secrets', 'create'],
  ['', 'secrets', 'list'],
  ['', 'secrets', 'delete'],
  ['', 'pods', 'list'],
] as const;

/**
 * Archiver appliances as jobs of the cluster.
 * @param config default: that of the pod that the controller runs in, or of its user
 */
export function makeKubernetesLauncher(
  settings: KubernetesSettings,
  config?: KubeConfig,
): ApplianceLauncher {
  if (config !== undefined) return new KubernetesLauncher(settings, config);
  const own = new KubeConfig();
  own.loadFromDefault();
  return new KubernetesLauncher(settings, own);
}

class KubernetesLauncher implements ApplianceLauncher {
  readonly kind = 'kubernetes';
  readonly choices: readonly LaunchChoice[];
  /** The API server is consistent. */
  readonly lagMs = 0;
  readonly bootMsMax = 10 * 60_000;
  readonly #settings: KubernetesSettings;
  readonly #batch: BatchV1Api;
  readonly #core: CoreV1Api;
  readonly #authorization: AuthorizationV1Api;

  constructor(settings: KubernetesSettings, config: KubeConfig) {
    const { cpu, memory, dollarsPerHour } = settings;
    this.choices = [{ description: `a pod, ${cpu} cpu, ${memory}`, dollarsPerHour }];
    this.#settings = settings;
    this.#batch = config.makeApiClient(BatchV1Api);
    this.#core = config.makeApiClient(CoreV1Api);
    this.#authorization = config.makeApiClient(AuthorizationV1Api);
  }

  prepare(order: ApplianceOrder): LaunchIntent {
    const { installationId, workerId } = order;
    const request = JSON.stringify(kubernetesRequest(this.#settings, order));
    return { launcher: 'kubernetes', installationId, workerId, request };
  }

  async launch(intent: LaunchIntent): Promise<ApplianceSighting | undefined> {
    const { secret, job } = JSON.parse(intent.request) as KubernetesRequest;
    const { namespace } = this.#settings;
    await unless(409, '/secrets:create', () =>
      this.#core.createNamespacedSecret({ namespace, body: secret }),
    );
    await unless(409, 'batch/jobs:create', () =>
      this.#batch.createNamespacedJob({ namespace, body: job }),
    );
    return this.find(intent);
  }

  async find(tags: ApplianceTags): Promise<ApplianceSighting | undefined> {
    return (await this.#sightings(selectorOf(tags)))[0];
  }

  list(installationId: string): Promise<readonly ApplianceSighting[]> {
    return this.#sightings(`${installationTag}=${installationId}`);
  }

  async end(tags: ApplianceTags): Promise<boolean> {
    const { namespace } = this.#settings;
    const labelSelector = selectorOf(tags);
    const sightings = await this.#sightings(labelSelector);
    const name = machineName(tags.workerId);
    if (sightings.length > 0) {
      await unless(404, 'batch/jobs:delete', () =>
        this.#batch.deleteNamespacedJob({ namespace, name, propagationPolicy: 'Background' }),
      );
      await unless(404, '/secrets:delete', () =>
        this.#core.deleteNamespacedSecret({ namespace, name }),
      );
    }
    const { items } = await asking('/pods:list', () =>
      this.#core.listNamespacedPod({ namespace, labelSelector }),
    );
    return sightings.length === 0 && items.length === 0;
  }

  async missingPermissions(): Promise<readonly string[]> {
    const { namespace } = this.#settings;
    const missing: string[] = [];
    for (const [group, resource, verb] of needed) {
      const spec = { resourceAttributes: { namespace, group, resource, verb } };
      const { status } = await asking('authorization.k8s.io/selfsubjectaccessreviews:create', () =>
        this.#authorization.createSelfSubjectAccessReview({ body: { spec } }),
      );
      if (!status?.allowed) missing.push(`${group}/${resource}:${verb}`);
    }
    return missing;
  }

  /** Jobs, and secrets whose job is not there. */
  async #sightings(labelSelector: string): Promise<readonly ApplianceSighting[]> {
    const { namespace } = this.#settings;
    const jobs = await asking('batch/jobs:list', () =>
      this.#batch.listNamespacedJob({ namespace, labelSelector }),
    );
    const secrets = await asking('/secrets:list', () =>
      this.#core.listNamespacedSecret({ namespace, labelSelector }),
    );
    const found = new Map<string, ApplianceSighting>();
    for (const { metadata } of secrets.items) put(found, metadata, 'leftovers');
    for (const job of jobs.items) put(found, job.metadata, stateOf(job));
    return [...found.values()];
  }
}

function put(
  found: Map<string, ApplianceSighting>,
  metadata: V1ObjectMeta | undefined,
  state: ApplianceSighting['state'],
): void {
  const tags = fromMachineTags(metadata?.labels ?? {});
  if (tags !== undefined)
    found.set(tags.workerId, { ...tags, handle: metadata?.name ?? '', state });
}

function selectorOf({ installationId, workerId }: ApplianceTags): string {
  return `${installationTag}=${installationId},${workerTag}=${workerId}`;
}

/** A job that has ended runs nothing any more; its object stays for an hour. */
function stateOf({ metadata, status }: V1Job): ApplianceSighting['state'] {
  if (metadata?.deletionTimestamp !== undefined) return 'ending';
  const isOver = (status?.conditions ?? []).some(
    ({ type, status: is }) => is === 'True' && (type === 'Complete' || type === 'Failed'),
  );
  if (isOver) return 'leftovers';
  return (status?.ready ?? 0) > 0 ? 'running' : 'pending';
}

async function asking<T>(action: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toKubernetesAppError(error, action);
  }
}

/** As `asking`; a status that says that there is nothing to do is none. */
async function unless(code: number, action: string, call: () => Promise<unknown>): Promise<void> {
  await asking(action, async () => {
    try {
      await call();
    } catch (error) {
      if (!hasStatus(error, code)) throw error;
    }
  });
}
