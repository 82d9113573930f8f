import { JsonMismatch, JsonReader } from '../../machines/json-reader.ts';
import type { JobSpec, Labels, Secret } from '../domain/namespace.ts';

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const LABEL = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/** A Job of batch/v1, as far as it is known here: one container, secrets as volumes. */
export function readJob(body: unknown): JobSpec {
  const root = new JsonReader(body);
  expectKind(root, 'batch/v1', 'Job');
  const { name, labels } = readMetadata(root.part('metadata'));
  const spec = root.part('spec');
  spec.number('backoffLimit');
  const template = spec.part('template');
  const pod = template.part('spec');
  if (!['Never', 'OnFailure'].includes(pod.text('restartPolicy'))) {
    throw new JsonMismatch('spec.template.spec.restartPolicy: valid values are Never, OnFailure');
  }
  pod.flag('automountServiceAccountToken');
  pod.flag('enableServiceLinks');
  pod.optional('serviceAccountName');
  readSecurity(pod.optionalPart('securityContext'));
  const read = {
    name,
    labels,
    podLabels: readLabels(template.part('metadata')),
    deadlineSeconds: spec.number('activeDeadlineSeconds'),
    keptSeconds: spec.number('ttlSecondsAfterFinished'),
    ...readContainer(pod),
  };
  root.finish();
  return read;
}

export function readSecret(body: unknown): Secret {
  const root = new JsonReader(body);
  expectKind(root, 'v1', 'Secret');
  const { name, labels } = readMetadata(root.part('metadata'));
  root.optional('type');
  root.flag('immutable');
  const encoded = root.texts('data');
  const plain = root.texts('stringData');
  root.finish();
  const data: Record<string, Uint8Array> = {};
  for (const [key, value] of Object.entries(encoded)) data[key] = Buffer.from(value, 'base64');
  for (const [key, value] of Object.entries(plain)) data[key] = Buffer.from(value, 'utf8');
  return { name, labels, data };
}

function expectKind(root: JsonReader, apiVersion: string, kind: string): void {
  const given = `${root.text('apiVersion')} ${root.text('kind')}`;
  if (given !== `${apiVersion} ${kind}`) throw new JsonMismatch(`${given} is not ${kind}`);
}

function readMetadata(metadata: JsonReader): { name: string; labels: Labels } {
  const name = metadata.text('name');
  if (!NAME.test(name)) throw new JsonMismatch(`metadata.name: Invalid value: "${name}"`);
  return { name, labels: readLabels(metadata) };
}

function readLabels(metadata: JsonReader): Labels {
  const labels = metadata.texts('labels');
  for (const [key, value] of Object.entries(labels)) {
    if (!LABEL.test(value)) throw new JsonMismatch(`metadata.labels: ${key}: Invalid value`);
  }
  return labels;
}

function readContainer(pod: JsonReader): Pick<JobSpec, 'environment' | 'mounts'> {
  const [container, ...more] = pod.list('containers');
  if (container === undefined || more.length > 0) throw new JsonMismatch('one container');
  container.text('name');
  container.text('image');
  const resources = container.optionalPart('resources');
  resources?.texts('requests');
  resources?.texts('limits');
  readSecurity(container.optionalPart('securityContext'));
  const environment: Record<string, string> = {};
  for (const each of container.list('env')) environment[each.text('name')] = each.text('value');
  const secrets = readVolumes(pod);
  const mounts: Record<string, string> = {};
  for (const mount of container.list('volumeMounts')) {
    mount.flag('readOnly');
    const secret = secrets.get(mount.text('name'));
    if (secret === undefined) throw new JsonMismatch('volumeMounts: there is no such volume');
    if (secret !== '') mounts[mount.text('mountPath')] = secret;
    else mount.text('mountPath');
  }
  return { environment, mounts };
}

/** @returns name of the volume -> name of its secret; empty: an emptyDir */
function readVolumes(pod: JsonReader): ReadonlyMap<string, string> {
  const secrets = new Map<string, string>();
  for (const volume of pod.list('volumes')) {
    const secret = volume.optionalPart('secret');
    secret?.number('defaultMode');
    volume.optionalPart('emptyDir');
    secrets.set(volume.text('name'), secret?.text('secretName') ?? '');
  }
  return secrets;
}

function readSecurity(security: JsonReader | undefined): void {
  security?.flag('runAsNonRoot');
  security?.flag('readOnlyRootFilesystem');
  security?.flag('allowPrivilegeEscalation');
  security?.number('runAsUser');
  security?.number('fsGroup');
  security?.optionalPart('capabilities')?.raw('drop');
  security?.optionalPart('seccompProfile')?.text('type');
}
