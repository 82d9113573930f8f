import { type Static, Type } from 'typebox';
import { closed, HttpsUrl, Id, Name, open, pageOf, Timestamp } from './fields.ts';

const Word = Type.String({ pattern: '^[\\x21-\\x7e]+$', maxLength: 500 });
const Words = Type.Array(Word, { minItems: 1, maxItems: 20, uniqueItems: true });
const Endpoint = Type.String({
  pattern: '^https?://[^\\s?#]+$',
  maxLength: 500,
  description: "Where it is not the cloud's own",
});
const DollarsPerHour = Type.Number({
  minimum: 0,
  description: 'What a machine costs; default by the table of prices, which knows some',
});

const ReleaseBundle = closed(
  {
    url: HttpsUrl,
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  },
  'ReleaseBundle',
);

const ProcessSettings = closed({ launcher: Type.Literal('process') }, 'ProcessSettings');

const Ec2Settings = closed(
  {
    launcher: Type.Literal('ec2'),
    region: Type.String({ pattern: '^[a-z0-9-]+$', maxLength: 100 }),
    endpoint: Type.Optional(Endpoint),
    instanceTypes: Words,
    subnetIds: Words,
    securityGroupIds: Words,
    imageId: Type.String({ pattern: '^ami-[0-9a-f]{8,17}$' }),
    rootDevice: Type.String({ pattern: '^/dev/[a-z0-9]+$' }),
    instanceProfile: Type.Optional(Type.String({ pattern: '^[\\w+=,.@-]{1,128}$' })),
    spot: Type.Boolean(),
    assignPublicIp: Type.Boolean(),
    diskGiB: Type.Integer({ minimum: 8, maximum: 1_000 }),
    bundle: ReleaseBundle,
    dollarsPerHour: Type.Optional(DollarsPerHour),
  },
  'Ec2Settings',
);

const ResourceId = Type.String({ pattern: '^/subscriptions/[^\\s?#]+$', maxLength: 500 });

const AzureSettings = closed(
  {
    launcher: Type.Literal('azure'),
    subscriptionId: Id,
    resourceGroup: Type.String({ pattern: '^[\\w().-]{1,90}$' }),
    location: Type.String({ pattern: '^[a-z0-9]+$', maxLength: 50 }),
    endpoint: Type.Optional(Endpoint),
    vmSizes: Words,
    subnetId: ResourceId,
    securityGroupId: Type.Optional(ResourceId),
    image: Type.String({
      pattern: '^[^:\\s]+:[^:\\s]+:[^:\\s]+:[^:\\s]+$',
      maxLength: 300,
      description: 'publisher:offer:sku:version',
    }),
    identityId: ResourceId,
    identityClientId: Id,
    sshPublicKey: Type.String({ pattern: '^ssh-(rsa|ed25519) \\S+', maxLength: 2_000 }),
    spot: Type.Boolean(),
    ephemeralDisk: Type.Optional(Type.Enum(['CacheDisk', 'ResourceDisk', 'NvmeDisk'])),
    bundle: ReleaseBundle,
    dollarsPerHour: Type.Optional(DollarsPerHour),
  },
  'AzureSettings',
);

const Quantity = Type.String({ pattern: '^[0-9]+(\\.[0-9]+)?(m|Ki|Mi|Gi)?$', maxLength: 20 });

const KubernetesSettings = closed(
  {
    launcher: Type.Literal('kubernetes'),
    namespace: Type.String({ pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$' }),
    image: Word,
    serviceAccount: Type.Optional(Word),
    cpu: Quantity,
    memory: Quantity,
    dollarsPerHour: Type.Optional(DollarsPerHour),
  },
  'KubernetesSettings',
);

/** Where appliances start; docs/appliances.md has an example of each kind. */
export const ApplianceSettings = Type.Union(
  [ProcessSettings, Ec2Settings, AzureSettings, KubernetesSettings],
  { title: 'ApplianceSettings' },
);
export type ApplianceSettings = Static<typeof ApplianceSettings>;

const KeepWarmMinutes = Type.Integer({
  minimum: 0,
  maximum: 240,
  default: 0,
  description:
    'How long a machine whose work is done waits for more of the same organization; 0: it ends with its work',
});

export const ApplianceTemplate = open('ApplianceTemplate', {
  id: Id,
  name: Name,
  settings: ApplianceSettings,
  keepWarmMinutes: KeepWarmMinutes,
  createdAt: Timestamp,
});
export type ApplianceTemplate = Static<typeof ApplianceTemplate>;
export const ApplianceTemplatePage = pageOf('ApplianceTemplatePage', ApplianceTemplate);

export const ApplianceTemplateCreate = closed(
  { name: Name, settings: ApplianceSettings, keepWarmMinutes: Type.Optional(KeepWarmMinutes) },
  'ApplianceTemplateCreate',
);

const MissingPermissions = Type.Array(Type.String(), {
  description: "By the cloud's own names, e.g. ec2:RunInstances",
});

/** An appliance that was started to see whether it can be. */
export const ApplianceTest = open('ApplianceTest', {
  missingPermissions: MissingPermissions,
  workerId: Type.Optional(Type.String({ description: 'Absent: nothing was started' })),
  choice: Type.Optional(Type.String({ description: 'As what it was started' })),
  dollarsPerHour: Type.Optional(Type.Number()),
  handle: Type.Optional(Type.String({ description: 'As the cloud calls it' })),
});
export type ApplianceTest = Static<typeof ApplianceTest>;

export const ApplianceTestState = open('ApplianceTestState', {
  workerId: Type.String(),
  reachedController: Type.Boolean({ description: 'The program in it has come up and enrolled' }),
  state: Type.Optional(Type.Enum(['pending', 'running', 'stopped', 'ending', 'leftovers'])),
  handle: Type.Optional(Type.String()),
});
export type ApplianceTestState = Static<typeof ApplianceTestState>;

export const ApplianceTestEnd = open('ApplianceTestEnd', {
  workerId: Type.String(),
  removed: Type.Boolean({ description: 'The cloud shows nothing of it; false: ask again' }),
  missingPermissions: MissingPermissions,
});
export type ApplianceTestEnd = Static<typeof ApplianceTestEnd>;
