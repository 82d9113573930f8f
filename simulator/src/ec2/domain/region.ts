import { Ec2Error } from './ec2-error.ts';
import type { Instance, LaunchSpec, NetworkInterface, StateReason, Volume } from './instance.ts';

/** Who is told when a machine starts and when it is cut off. */
export interface Guests {
  boot(instance: Instance): void;
  cut(instance: Instance): void;
}

/** How long things take, in the region's time. */
export interface Pace {
  bootMs: number;
  shutdownMs: number;
  /** New instances are not to be seen for so long. */
  lagMs: number;
}

export interface RegionParts {
  readonly name: string;
  readonly clock: { nowMs(): number };
  /** Hexadecimal digits that nobody had before. */
  readonly newId: (prefix: string) => string;
  readonly pace: Pace;
}

/** [EC2: Spot Instance interruption notices] */
const NOTICE_MS = 120_000;
/** A terminated instance is shown for about an hour. */
const SHOWN_MS = 3_600_000;

/**
 * The machines of one region. States move with the clock:
 *
 *     pending ─boot─► running ─► shutting-down ─► terminated ─an hour─► gone
 *                        └─► stopping ─► stopped (disk and interface stay)
 */
export class Region {
  readonly name: string;
  readonly pace: Pace;
  readonly instances = new Map<string, Instance>();
  readonly volumes = new Map<string, Volume>();
  readonly interfaces = new Map<string, NetworkInterface>();
  readonly #parts: RegionParts;
  #guests: Guests = { boot: () => {}, cut: () => {} };
  #launches = 0;

  constructor(parts: RegionParts) {
    this.name = parts.name;
    this.pace = parts.pace;
    this.#parts = parts;
  }

  populate(guests: Guests): void {
    this.#guests = guests;
  }

  get nowMs(): number {
    return this.#parts.clock.nowMs();
  }

  /** How many instances were started ever: repeated tokens start none. */
  get launches(): number {
    return this.#launches;
  }

  launch(spec: LaunchSpec, clientToken: string | undefined): Instance {
    const { newId } = this.#parts;
    const nowMs = this.nowMs;
    this.#launches += 1;
    const zone = `${this.name}a`;
    const privateIp = `10.0.${(this.#launches >> 8) & 255}.${this.#launches & 255}`;
    const instance: Instance = {
      id: newId('i-'),
      reservationId: newId('r-'),
      clientToken,
      spec,
      launchedAtMs: nowMs,
      zone,
      privateIp,
      volumeId: newId('vol-'),
      interfaceId: newId('eni-'),
      spotRequestId: spec.spot ? newId('sir-') : undefined,
      state: 'pending',
      nextAtMs: nowMs + this.pace.bootMs,
      reason: undefined,
      interruptedAtMs: undefined,
      rebalanceAtMs: undefined,
      endedAtMs: undefined,
    };
    this.instances.set(instance.id, instance);
    this.#attach(instance);
    return instance;
  }

  #attach({ id, spec, zone, privateIp, volumeId, interfaceId }: Instance): void {
    this.volumes.set(volumeId, {
      id: volumeId,
      sizeGiB: spec.disk.sizeGiB,
      zone,
      tags: spec.tags.volume,
      createdAtMs: this.nowMs,
      attachedTo: id,
    });
    this.interfaces.set(interfaceId, {
      id: interfaceId,
      subnetId: spec.subnetId,
      zone,
      privateIp,
      groupIds: spec.groupIds,
      tags: spec.tags['network-interface'],
      attachedTo: id,
    });
  }

  /** Whether a request may see it already. */
  isVisible(instance: Instance): boolean {
    return this.nowMs >= instance.launchedAtMs + this.pace.lagMs;
  }

  terminate(instance: Instance, reason: StateReason): void {
    if (instance.state === 'terminated' || instance.state === 'shutting-down') return;
    this.#guests.cut(instance);
    instance.state = 'shutting-down';
    instance.reason = reason;
    instance.nextAtMs = this.nowMs + this.pace.shutdownMs;
  }

  /** The guest has switched itself off. */
  poweredOff(instance: Instance): void {
    if (instance.state !== 'running') return;
    const reason = {
      code: 'Client.InstanceInitiatedShutdown',
      message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown',
    };
    if (instance.spec.shutdownBehavior === 'terminate') {
      this.terminate(instance, reason);
      return;
    }
    instance.state = 'stopping';
    instance.reason = reason;
    instance.nextAtMs = this.nowMs + this.pace.shutdownMs;
  }

  /** Gives a spot instance its two minutes. */
  interrupt(instance: Instance): void {
    if (!instance.spec.spot || instance.state !== 'running') {
      throw new Ec2Error('IncorrectState', `${instance.id} is no running spot instance`);
    }
    instance.interruptedAtMs = this.nowMs + NOTICE_MS;
  }

  /** Moves every state on to where it is by now. */
  tick(): void {
    const nowMs = this.nowMs;
    for (const instance of this.instances.values()) {
      if (instance.interruptedAtMs !== undefined && nowMs >= instance.interruptedAtMs) {
        this.terminate(instance, {
          code: 'Server.SpotInstanceTermination',
          message: 'Server.SpotInstanceTermination: Instance terminated',
        });
      }
      if (instance.nextAtMs !== undefined && nowMs >= instance.nextAtMs) this.#advance(instance);
      const goneAtMs = (instance.endedAtMs ?? Number.POSITIVE_INFINITY) + SHOWN_MS;
      if (nowMs >= goneAtMs) this.instances.delete(instance.id);
    }
  }

  #advance(instance: Instance): void {
    instance.nextAtMs = undefined;
    if (instance.state === 'pending') {
      instance.state = 'running';
      this.#guests.boot(instance);
    } else if (instance.state === 'stopping') instance.state = 'stopped';
    else if (instance.state === 'shutting-down') {
      instance.state = 'terminated';
      instance.endedAtMs = this.nowMs;
      this.#release(instance);
    }
  }

  #release({ spec, volumeId, interfaceId }: Instance): void {
    const volume = this.volumes.get(volumeId);
    if (spec.disk.deleteOnTermination) this.volumes.delete(volumeId);
    else if (volume !== undefined) volume.attachedTo = undefined;
    const networkInterface = this.interfaces.get(interfaceId);
    if (spec.interfaceDeleteOnTermination) this.interfaces.delete(interfaceId);
    else if (networkInterface !== undefined) networkInterface.attachedTo = undefined;
  }
}
