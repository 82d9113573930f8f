export type Tags = Readonly<Record<string, string>>;

export type DeleteOption = 'Delete' | 'Detach';

/** What was asked for, after all checks. */
export interface MachineSpec {
  readonly location: string;
  readonly tags: Tags;
  readonly vmSize: string;
  readonly spot: boolean;
  /** Of the image, or of custom data: what the guest boots from. */
  readonly customData: Uint8Array | undefined;
  readonly identityIds: readonly string[];
  readonly disk: {
    readonly name: string;
    readonly deleteOption: DeleteOption;
    readonly ephemeral: boolean;
  };
  readonly nic: {
    readonly name: string;
    readonly deleteOption: DeleteOption;
    readonly tags: Tags;
    readonly subnetId: string;
  };
}

export type ProvisioningState = 'Creating' | 'Succeeded' | 'Failed' | 'Deleting';

/** `stopped` is switched off from within: it is still allocated, and billed. */
export type PowerState = 'starting' | 'running' | 'stopped';

export interface Machine {
  readonly id: string;
  readonly name: string;
  readonly vmId: string;
  readonly spec: MachineSpec;
  readonly createdAtMs: number;
  provisioning: ProvisioningState;
  power: PowerState;
  failure: { readonly code: string; readonly message: string } | undefined;
  /** When Creating or Deleting ends. */
  nextAtMs: number | undefined;
  /** Spot: when it is going to be evicted. */
  evictedAtMs: number | undefined;
}

/** A network interface or a disk. */
export interface Part {
  readonly id: string;
  readonly type: 'Microsoft.Network/networkInterfaces' | 'Microsoft.Compute/disks';
  readonly name: string;
  readonly location: string;
  readonly tags: Tags;
  attachedTo: string | undefined;
}

/** A long-running operation that clients poll. */
export interface Operation {
  readonly id: string;
  readonly machineId: string;
  readonly kind: 'create' | 'delete';
  failure: { readonly code: string; readonly message: string } | undefined;
}
