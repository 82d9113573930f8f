import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ApiException,
  BatchV1Api,
  CoreV1Api,
  KubeConfig,
  type V1Job,
} from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readKubernetesConfig } from '../../src/kubernetes/config.ts';
import { type RunningKubernetes, startKubernetes } from '../../src/kubernetes/main.ts';

let folder: string;
let server: RunningKubernetes;
let batch: BatchV1Api;
let core: CoreV1Api;
const namespace = 'firn';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubernetes-test-'));
  server = await startKubernetes(readKubernetesConfig(['--data', folder]));
  const config = new KubeConfig();
  const cluster = { name: 'simulated', server: server.ready.url, skipTLSVerify: true };
  config.loadFromClusterAndUser(cluster, { name: 'somebody', token: server.ready.token });
  batch = config.makeApiClient(BatchV1Api);
  core = config.makeApiClient(CoreV1Api);
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

async function admin(path: string, body: unknown): Promise<void> {
  const headers = { authorization: `Bearer ${server.ready.adminToken}` };
  const asked = { method: 'POST', headers, body: JSON.stringify(body) };
  expect((await fetch(`${server.ready.url}/_admin/${path}`, asked)).status).toBe(200);
}

function aJob(secretName?: string): V1Job {
  const volumes = [{ name: 'secret', secret: { secretName: secretName ?? '' } }];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j', labels: { owner: 'one' } },
    spec: {
      activeDeadlineSeconds: 60,
      template: {
        metadata: { labels: { owner: 'one' } },
        spec: {
          restartPolicy: 'Never',
          containers: [
            {
              name: 'c',
              image: 'i',
              ...(secretName && { volumeMounts: [{ name: 'secret', mountPath: '/s' }] }),
            },
          ],
          ...(secretName && { volumes }),
        },
      },
    },
  };
}

async function statusOf(promise: Promise<unknown>): Promise<number> {
  try {
    await promise;
    return 200;
  } catch (error) {
    if (error instanceof ApiException) return error.code;
    throw error;
  }
}

describe('jobs', () => {
  it('are made once, found by their labels, and deleted with their pods', async () => {
    await batch.createNamespacedJob({ namespace, body: aJob() });
    expect(await statusOf(batch.createNamespacedJob({ namespace, body: aJob() }))).toBe(409);
    const list = (labelSelector: string) => batch.listNamespacedJob({ namespace, labelSelector });
    expect((await list('owner=one')).items).toHaveLength(1);
    expect((await list('owner=two')).items).toEqual([]);
    expect((await core.listNamespacedPod({ namespace })).items).toHaveLength(1);
    await batch.deleteNamespacedJob({ namespace, name: 'j' });
    expect(await statusOf(batch.deleteNamespacedJob({ namespace, name: 'j' }))).toBe(404);
    expect((await core.listNamespacedPod({ namespace })).items).toEqual([]);
  });

  it('wait for their secrets, and fail at their deadline', async () => {
    await batch.createNamespacedJob({ namespace, body: aJob('s') });
    const job = async () => (await batch.readNamespacedJob({ namespace, name: 'j' })).status;
    expect(await job()).toMatchObject({ active: 1, ready: 0 });
    const body = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      stringData: { a: 'b' },
    };
    await core.createNamespacedSecret({ namespace, body });
    expect(await job()).toMatchObject({ active: 1, ready: 1 });
    await admin('clock', { advanceMs: 60_000 });
    expect(await job()).toMatchObject({ conditions: [{ type: 'Failed', status: 'True' }] });
  });
});

describe('refusals', () => {
  it('are for what is forbidden, and for what is not known here', async () => {
    await admin('denied', { actions: ['batch/jobs:create'] });
    expect(await statusOf(batch.createNamespacedJob({ namespace, body: aJob() }))).toBe(403);
    await admin('denied', { actions: [] });
    const body = { ...aJob(), spec: { ...aJob().spec, parallelism: 2 } } as V1Job;
    expect(await statusOf(batch.createNamespacedJob({ namespace, body }))).toBe(422);
  });
});
