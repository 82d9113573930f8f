import { Ec2Error, type Ec2ErrorCode } from '../domain/ec2-error.ts';
import type { LaunchSpec } from '../domain/instance.ts';

/** A fault of one of the next requests. */
export interface CloudFault {
  readonly id: string;
  /** An action such as RunInstances; `*`: any. */
  readonly action: string;
  /** Lets so many pass first. */
  skip: number;
  /** Hits so many. */
  count: number;
  /** Cut the connection: `lose` after the request took effect, `drop` before. */
  readonly cut?: 'lose' | 'drop';
  /** Wait so long, in real time, before it is handled. */
  readonly delayMs?: number;
  readonly error?: { readonly code: Ec2ErrorCode; readonly message: string };
}

/** What this region does not have at the moment. */
export interface Shortage {
  /** Empty: of all types, in all subnets. */
  readonly instanceTypes: readonly string[];
  readonly subnetIds: readonly string[];
  readonly market: 'spot' | 'on-demand' | 'both';
}

/** Faults on demand. */
export class CloudFaults {
  #faults: CloudFault[] = [];
  shortages: readonly Shortage[] = [];
  /** Running and pending instances, at most. */
  instancesMax = Number.POSITIVE_INFINITY;

  add(fault: CloudFault): void {
    this.#faults.push(fault);
  }

  clear(): void {
    this.#faults = [];
    this.shortages = [];
    this.instancesMax = Number.POSITIVE_INFINITY;
  }

  list(): readonly CloudFault[] {
    return this.#faults;
  }

  /** The faults of one request, each counted as a hit. */
  take(action: string): readonly CloudFault[] {
    const hit: CloudFault[] = [];
    for (const fault of this.#faults) {
      if (fault.action !== '*' && fault.action !== action) continue;
      if (fault.skip > 0) fault.skip -= 1;
      else if (fault.count > 0) {
        fault.count -= 1;
        hit.push(fault);
      }
    }
    return hit;
  }

  /** InsufficientInstanceCapacity for what is short. */
  checkCapacity({ instanceType, subnetId, spot }: LaunchSpec, zone: string): void {
    const market = spot ? 'spot' : 'on-demand';
    const isShort = this.shortages.some(
      (each) =>
        (each.market === 'both' || each.market === market) &&
        isAmong(each.instanceTypes, instanceType) &&
        isAmong(each.subnetIds, subnetId),
    );
    if (!isShort) return;
    throw new Ec2Error(
      'InsufficientInstanceCapacity',
      spot
        ? 'There is no Spot capacity available that matches your request.'
        : `We currently do not have sufficient ${instanceType} capacity in the Availability Zone you requested (${zone}).`,
    );
  }

  checkLimit(alive: number, { spot }: LaunchSpec): void {
    if (alive < this.instancesMax) return;
    if (spot) {
      throw new Ec2Error('MaxSpotInstanceCountExceeded', 'Max spot instance count exceeded');
    }
    throw new Ec2Error(
      'VcpuLimitExceeded',
      `You have requested more vCPU capacity than your current vCPU limit of ${this.instancesMax * 2} allows for the instance bucket that the specified instance type belongs to.`,
    );
  }
}

function isAmong(listed: readonly string[], name: string): boolean {
  return listed.length === 0 || listed.includes(name);
}
