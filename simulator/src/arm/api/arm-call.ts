import type { ArmFault, ArmFaults } from '../control/arm-faults.ts';
import { ArmError } from '../domain/arm-error.ts';
import type { ResourceGroup } from '../domain/resource-group.ts';

export interface ArmWorld {
  readonly group: ResourceGroup;
  readonly faults: ArmFaults;
  readonly subscriptionId: string;
  /** https://host:port */
  readonly origin: () => string;
}

export interface ArmCall {
  readonly world: ArmWorld;
  readonly method: string;
  /** Without the part up to the resource group. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: unknown;
  readonly fault: ArmFault | undefined;
}

export interface ArmReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** AuthorizationFailed with the name of what is not allowed, as ARM words it. */
export function authorize({ world }: ArmCall, action: string, scope: string): void {
  if (!world.faults.denied.includes(action)) return;
  throw new ArmError(
    403,
    'AuthorizationFailed',
    `The client 'simulated' with object id 'simulated' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}
