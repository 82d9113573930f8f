export type Tags = Readonly<Record<string, string>>;

export type InstanceState =
  | 'pending'
  | 'running'
  | 'shutting-down'
  | 'terminated'
  | 'stopping'
  | 'stopped';

/** Codes of the states [EC2: InstanceState]. */
export const stateCodes: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export interface MetadataOptions {
  readonly httpTokens: 'optional' | 'required';
  readonly hopLimit: number;
  readonly httpEndpoint: 'enabled' | 'disabled';
  readonly tags: 'enabled' | 'disabled';
}

/** What was asked for, after all checks. */
export interface LaunchSpec {
  readonly imageId: string;
  readonly instanceType: string;
  readonly subnetId: string;
  readonly groupIds: readonly string[];
  readonly publicIp: boolean;
  readonly instanceProfile: string | undefined;
  readonly spot: boolean;
  readonly shutdownBehavior: 'stop' | 'terminate';
  readonly metadata: MetadataOptions;
  /** Decoded. */
  readonly userData: Uint8Array | undefined;
  readonly disk: {
    readonly deviceName: string;
    readonly sizeGiB: number;
    readonly deleteOnTermination: boolean;
  };
  readonly interfaceDeleteOnTermination: boolean;
  readonly tags: {
    readonly instance: Tags;
    readonly volume: Tags;
    readonly 'network-interface': Tags;
    readonly 'spot-instances-request': Tags;
  };
}

export interface StateReason {
  readonly code: string;
  readonly message: string;
}

export interface Instance {
  readonly id: string;
  readonly reservationId: string;
  readonly clientToken: string | undefined;
  readonly spec: LaunchSpec;
  readonly launchedAtMs: number;
  readonly zone: string;
  readonly privateIp: string;
  readonly volumeId: string;
  readonly interfaceId: string;
  readonly spotRequestId: string | undefined;
  state: InstanceState;
  /** When the state becomes the next one; undefined: it stays. */
  nextAtMs: number | undefined;
  reason: StateReason | undefined;
  /** Spot: when it is going to be terminated, as its metadata tells. */
  interruptedAtMs: number | undefined;
  /** Spot: EC2 sees a risk. */
  rebalanceAtMs: number | undefined;
  endedAtMs: number | undefined;
}

export interface Volume {
  readonly id: string;
  readonly sizeGiB: number;
  readonly zone: string;
  readonly tags: Tags;
  readonly createdAtMs: number;
  /** undefined: available. */
  attachedTo: string | undefined;
}

export interface NetworkInterface {
  readonly id: string;
  readonly subnetId: string;
  readonly zone: string;
  readonly privateIp: string;
  readonly groupIds: readonly string[];
  readonly tags: Tags;
  attachedTo: string | undefined;
}
