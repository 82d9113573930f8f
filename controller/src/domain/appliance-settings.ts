/**
 * Where an appliance is started and as what. Kept with each intent as it was,
 * so that what was started is found and ended there, whatever is changed later.
 */
export type ApplianceSettings = ProcessSettings | Ec2Settings | AzureSettings | KubernetesSettings;

export type LauncherKind = ApplianceSettings['launcher'];

/** On the controller's own machine. */
export interface ProcessSettings {
  readonly launcher: 'process';
}

export interface Ec2Settings extends PricedPlace {
  readonly launcher: 'ec2';
  readonly region: string;
  /** undefined: that of the region. */
  readonly endpoint?: string;
  /** In order of preference; the next one is tried where one has no capacity. */
  readonly instanceTypes: readonly string[];
  /** In order of preference: one per zone. */
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** ami-… of a stock Debian or Ubuntu, of the architecture of the instance types. */
  readonly imageId: string;
  /** As the image names its system's disk: /dev/xvda in Debian's, /dev/sda1 in Ubuntu's. */
  readonly rootDevice: string;
  /** Name; undefined: none. The appliance needs none: what it may do comes over its link. */
  readonly instanceProfile?: string;
  /** Asked for first; on demand where there is none. */
  readonly spot: boolean;
  readonly assignPublicIp: boolean;
  readonly diskGiB: number;
  readonly bundle: ReleaseBundle;
}

export interface AzureSettings extends PricedPlace {
  readonly launcher: 'azure';
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  /** undefined: management.azure.com */
  readonly endpoint?: string;
  /** In order of preference. */
  readonly vmSizes: readonly string[];
  /** Full resource id. */
  readonly subnetId: string;
  /** Full resource id; undefined: the subnet's rules alone. */
  readonly securityGroupId?: string;
  /** publisher:offer:sku:version */
  readonly image: string;
  /** Full resource id of the user-assigned identity that may delete its own machine. */
  readonly identityId: string;
  /** Its client id: the machine asks for its token by it. */
  readonly identityClientId: string;
  /** Public half of a key whose private half nobody keeps: Azure asks for one. */
  readonly sshPublicKey: string;
  readonly spot: boolean;
  /** Where the system's disk lies, if the size has such room; undefined: a managed disk. */
  readonly ephemeralDisk?: 'CacheDisk' | 'ResourceDisk' | 'NvmeDisk';
  readonly bundle: ReleaseBundle;
}

export interface KubernetesSettings extends PricedPlace {
  readonly launcher: 'kubernetes';
  readonly namespace: string;
  /** A container image that starts the archiver appliance. */
  readonly image: string;
  /** undefined: the namespace's default account, without its token. */
  readonly serviceAccount?: string;
  readonly cpu: string;
  readonly memory: string;
}

/** Of a place whose prices the table does not know; undefined: by the table. */
interface PricedPlace {
  readonly dollarsPerHour?: number;
}

/** What a stock machine installs the appliance from. */
export interface ReleaseBundle {
  /** https address of the archive. */
  readonly url: string;
  /** Of the archive, hex: nothing else is installed. */
  readonly sha256: string;
}
