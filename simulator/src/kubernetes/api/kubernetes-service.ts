import type { HttpRequest } from '../../s3/api/http-request.ts';
import type { KubernetesFaults } from '../control/kubernetes-faults.ts';
import type { Job, Labels, Namespace } from '../domain/namespace.ts';
import { StatusError } from '../domain/status-error.ts';
import { readJob, readSecret } from './read-objects.ts';

/** A fault that cuts the connection instead of answering. */
export class CutConnection extends Error {}

export interface KubernetesService {
  readonly namespace: Namespace;
  readonly faults: KubernetesFaults;
  readonly token: string;
}

export interface KubernetesReply {
  readonly status: number;
  readonly body: unknown;
}

interface Call extends KubernetesService {
  readonly method: string;
  readonly name: string | undefined;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

const ROUTES: readonly (readonly [RegExp, string, string, (call: Call) => KubernetesReply])[] = [
  [/^\/apis\/batch\/v1\/namespaces\/([^/]+)\/jobs(?:\/([^/]+))?$/, 'batch', 'jobs', serveJobs],
  [/^\/api\/v1\/namespaces\/([^/]+)\/secrets(?:\/([^/]+))?$/, '', 'secrets', serveSecrets],
  [/^\/api\/v1\/namespaces\/([^/]+)\/pods$/, '', 'pods', servePods],
];

/** Answers one request that bears the token. */
export async function serveKubernetes(
  request: HttpRequest,
  service: KubernetesService,
): Promise<KubernetesReply> {
  const body = await readBody(request);
  const { namespace, faults, token } = service;
  namespace.tick();
  if (request.headers.get('authorization') !== `Bearer ${token}`) {
    throw new StatusError(401, 'Unauthorized', 'Unauthorized');
  }
  if (/\/selfsubjectaccessreviews$/.test(request.rawPath)) return review(faults, body);
  for (const [pattern, group, resource, serve] of ROUTES) {
    const found = pattern.exec(request.rawPath);
    if (found?.[1] !== namespace.name) continue;
    const { method } = request;
    const name = found[2];
    const verb = verbOf(method, name);
    if (faults.isDenied(group, resource, verb)) throw forbidden({ group, resource, verb });
    const fault = faults.take(`${verb} ${resource}`);
    if (fault?.refuse !== undefined) {
      throw new StatusError(fault.refuse.code, fault.refuse.reason, fault.refuse.message);
    }
    const query = new URLSearchParams(request.rawQuery);
    const reply = serve({ ...service, method, name, query, body });
    namespace.tick();
    if (fault?.cut) throw new CutConnection();
    return reply;
  }
  throw new StatusError(404, 'NotFound', 'the server could not find the requested resource');
}

function verbOf(method: string, name: string | undefined): string {
  if (method === 'GET') return name === undefined ? 'list' : 'get';
  if (method === 'POST') return 'create';
  if (method === 'DELETE' && name !== undefined) return 'delete';
  throw new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method');
}

function forbidden(asked: { group: string; resource: string; verb: string }): StatusError {
  const { group, resource, verb } = asked;
  const kind = group === '' ? resource : `${resource}.${group}`;
  const text = `${kind} is forbidden: User "system:serviceaccount:firn:controller" cannot ${verb} resource "${resource}" in API group "${group}" in the namespace`;
  return new StatusError(403, 'Forbidden', text);
}

function serveJobs({ namespace, method, name, query, body }: Call): KubernetesReply {
  if (method === 'POST') return { status: 201, body: jobView(namespace.createJob(readJob(body))) };
  if (name === undefined) {
    const wanted = readSelector(query);
    const jobs = [...namespace.jobs.values()].filter(({ spec }) => wanted(spec.labels));
    return { status: 200, body: listOf('batch/v1', 'JobList', jobs.map(jobView)) };
  }
  const job = namespace.jobs.get(name);
  if (job === undefined) throw notFound('jobs.batch', name);
  if (method === 'DELETE') namespace.deleteJob(job);
  return { status: 200, body: jobView(job) };
}

function serveSecrets({ namespace, method, name, query, body }: Call): KubernetesReply {
  if (method === 'POST') {
    const secret = readSecret(body);
    namespace.createSecret(secret);
    return { status: 201, body: secretView(secret) };
  }
  if (name === undefined) {
    const wanted = readSelector(query);
    const secrets = [...namespace.secrets.values()].filter(({ labels }) => wanted(labels));
    return { status: 200, body: listOf('v1', 'SecretList', secrets.map(secretView)) };
  }
  const secret = namespace.secrets.get(name);
  if (secret === undefined) throw notFound('secrets', name);
  if (method === 'DELETE') namespace.secrets.delete(name);
  return { status: 200, body: secretView(secret) };
}

function servePods({ namespace, query }: Call): KubernetesReply {
  const wanted = readSelector(query);
  const pods = [...namespace.jobs.values()]
    .filter(({ spec }) => wanted(spec.podLabels))
    .map((job) => ({
      metadata: { name: `${job.spec.name}-${job.uid.slice(0, 5)}`, labels: job.spec.podLabels },
      status: { phase: phaseOf(job) },
    }));
  return { status: 200, body: listOf('v1', 'PodList', pods) };
}

function phaseOf({ state }: Job): string {
  const phases = {
    pending: 'Pending',
    running: 'Running',
    complete: 'Succeeded',
    failed: 'Failed',
  };
  return phases[state];
}

function review(faults: KubernetesFaults, body: unknown): KubernetesReply {
  const { spec } = body as { spec?: { resourceAttributes?: Readonly<Record<string, string>> } };
  const { group = '', resource = '', verb = '' } = spec?.resourceAttributes ?? {};
  const allowed = !faults.isDenied(group, resource, verb);
  const kind = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' };
  return { status: 201, body: { ...kind, metadata: {}, spec, status: { allowed } } };
}

function jobView({ uid, spec, state, createdAtMs }: Job): unknown {
  const isOver = state === 'complete' || state === 'failed';
  const type = state === 'complete' ? 'Complete' : 'Failed';
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: spec.name,
      uid,
      labels: spec.labels,
      creationTimestamp: new Date(createdAtMs).toISOString(),
    },
    status: {
      ...(isOver ? { conditions: [{ type, status: 'True' }] } : { active: 1 }),
      ready: state === 'running' ? 1 : 0,
    },
  };
}

function secretView({ name, labels }: { name: string; labels: Labels }): unknown {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, labels } };
}

function listOf(apiVersion: string, kind: string, items: readonly unknown[]): unknown {
  return { apiVersion, kind, metadata: { resourceVersion: '1' }, items };
}

/** Equality alone: `a=b,c=d`. */
function readSelector(query: URLSearchParams): (labels: Labels) => boolean {
  const selector = query.get('labelSelector') ?? '';
  const terms = selector === '' ? [] : selector.split(',').map((term) => term.split(/==?/));
  if (terms.some((term) => term.length !== 2)) {
    throw new StatusError(400, 'BadRequest', `unable to parse requirement: ${selector}`);
  }
  return (labels) => terms.every(([key = '', value]) => labels[key] === value);
}

function notFound(resource: string, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${resource} "${name}" not found`);
}

async function readBody(request: HttpRequest): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  for await (const piece of request.body()) pieces.push(piece);
  const text = Buffer.concat(pieces).toString('utf8');
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new StatusError(400, 'BadRequest', 'the body is no JSON');
  }
}
