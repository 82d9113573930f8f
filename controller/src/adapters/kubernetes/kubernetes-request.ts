import type { V1Job, V1PodSpec, V1Secret } from '@kubernetes/client-node';
import type { KubernetesSettings } from '../../domain/appliance-settings.ts';
import type { ApplianceOrder } from '../../ports/appliance-launcher.ts';
import { machineName, toMachineTags } from '../machine/machine-tags.ts';

/** What is stored of a launch: two objects of one name, which is the worker's. */
export interface KubernetesRequest {
  readonly secret: V1Secret;
  readonly job: V1Job;
}

const secretFolder = '/run/firn';
/** How long a job that has ended may be looked at; its secret goes with the end of the worker. */
const keptSeconds = 3_600;

/** A job of one pod that is not tried again: what it did not do is another worker's. */
export function kubernetesRequest(
  settings: KubernetesSettings,
  order: ApplianceOrder,
): KubernetesRequest {
  const name = machineName(order.workerId);
  const { Name: _, ...labels } = toMachineTags(order);
  return {
    secret: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, labels },
      immutable: true,
      stringData: { join: order.joinString },
    },
    job: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, labels },
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: Math.ceil(order.lifeMs / 1_000) + 300,
        ttlSecondsAfterFinished: keptSeconds,
        template: { metadata: { labels }, spec: podSpec(settings, order, name) },
      },
    },
  };
}

function podSpec(
  settings: KubernetesSettings,
  order: ApplianceOrder,
  secretName: string,
): V1PodSpec {
  const { image, serviceAccount, cpu, memory } = settings;
  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(serviceAccount === undefined ? {} : { serviceAccountName: serviceAccount }),
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'archiver-appliance',
        image,
        resources: { requests: { cpu, memory }, limits: { memory } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        env: [
          { name: 'FIRN_JOIN_FILE', value: `${secretFolder}/join` },
          { name: 'FIRN_LIFETIME_MAX_MS', value: String(order.lifeMs) },
        ],
        volumeMounts: [
          { name: 'join', mountPath: secretFolder, readOnly: true },
          { name: 'temporary', mountPath: '/tmp' },
        ],
      },
    ],
    volumes: [
      { name: 'join', secret: { secretName, defaultMode: 0o444 } },
      { name: 'temporary', emptyDir: {} },
    ],
  };
}
