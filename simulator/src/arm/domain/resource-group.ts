import { ArmError } from './arm-error.ts';
import type { Machine, MachineSpec, Operation, Part } from './resource.ts';

export interface Guests {
  boot(machine: Machine): void;
  cut(machine: Machine): void;
}

/** How long things take, in the subscription's time. */
export interface Pace {
  createMs: number;
  deleteMs: number;
}

export interface GroupParts {
  readonly subscriptionId: string;
  readonly name: string;
  readonly clock: { nowMs(): number };
  readonly newId: () => string;
  readonly pace: Pace;
}

/** [Azure: Scheduled Events] a spot machine has at least so long. */
const NOTICE_MS = 30_000;

/**
 * The machines of one resource group, with their disks and interfaces:
 *
 *     Creating ─► Succeeded ─► Deleting ─► gone
 *        └─► Failed (the interface stays)
 */
export class ResourceGroup {
  readonly pace: Pace;
  readonly path: string;
  readonly machines = new Map<string, Machine>();
  readonly parts = new Map<string, Part>();
  readonly operations = new Map<string, Operation>();
  readonly #options: GroupParts;
  #guests: Guests = { boot: () => {}, cut: () => {} };
  #creations = 0;

  constructor(options: GroupParts) {
    this.#options = options;
    this.pace = options.pace;
    this.path = `/subscriptions/${options.subscriptionId}/resourceGroups/${options.name}`;
  }

  populate(guests: Guests): void {
    this.#guests = guests;
  }

  get nowMs(): number {
    return this.#options.clock.nowMs();
  }

  get creations(): number {
    return this.#creations;
  }

  machineId(name: string): string {
    return `${this.path}/providers/Microsoft.Compute/virtualMachines/${name}`;
  }

  /** The interface comes before the machine, and stays when the machine does not come. */
  makeInterface({ nic, location }: MachineSpec): Part {
    const type = 'Microsoft.Network/networkInterfaces';
    return this.#makePart({ type, name: nic.name, location, tags: nic.tags });
  }

  create(
    name: string,
    spec: MachineSpec,
    failure: Machine['failure'],
  ): { machine: Machine; operation: Operation } {
    this.#creations += 1;
    const machine: Machine = {
      id: this.machineId(name),
      name,
      vmId: this.#options.newId(),
      spec,
      createdAtMs: this.nowMs,
      provisioning: 'Creating',
      power: 'starting',
      failure,
      nextAtMs: this.nowMs + this.pace.createMs,
      evictedAtMs: undefined,
    };
    this.machines.set(name, machine);
    this.makeInterface(spec).attachedTo = machine.id;
    if (!spec.disk.ephemeral) this.#makeDisk(machine);
    return { machine, operation: this.#operation(machine, 'create') };
  }

  delete(machine: Machine): Operation {
    if (machine.provisioning !== 'Deleting') {
      this.#guests.cut(machine);
      machine.provisioning = 'Deleting';
      machine.nextAtMs = this.nowMs + this.pace.deleteMs;
    }
    return this.#operation(machine, 'delete');
  }

  poweredOff(machine: Machine): void {
    if (machine.provisioning === 'Succeeded') machine.power = 'stopped';
  }

  evict(machine: Machine): void {
    if (!machine.spec.spot) throw new ArmError(409, 'OperationNotAllowed', 'no spot machine');
    machine.evictedAtMs = this.nowMs + NOTICE_MS;
  }

  /** Moves every state on to where it is by now. */
  tick(): void {
    for (const machine of this.machines.values()) {
      if (machine.evictedAtMs !== undefined && this.nowMs >= machine.evictedAtMs) {
        this.delete(machine);
      }
      if (machine.nextAtMs !== undefined && this.nowMs >= machine.nextAtMs) this.#advance(machine);
    }
  }

  isDone({ machineId, kind }: Operation): boolean {
    const machine = [...this.machines.values()].find(({ id }) => id === machineId);
    if (machine === undefined) return true;
    return kind === 'create' && machine.provisioning !== 'Creating';
  }

  #advance(machine: Machine): void {
    machine.nextAtMs = undefined;
    if (machine.provisioning === 'Deleting') {
      this.machines.delete(machine.name);
      this.#release(machine);
    } else if (machine.failure !== undefined) machine.provisioning = 'Failed';
    else {
      machine.provisioning = 'Succeeded';
      machine.power = 'running';
      this.#guests.boot(machine);
    }
  }

  #release({ id, spec }: Machine): void {
    for (const part of this.parts.values()) {
      if (part.attachedTo !== id) continue;
      const isNic = part.type === 'Microsoft.Network/networkInterfaces';
      const { deleteOption } = isNic ? spec.nic : spec.disk;
      if (deleteOption === 'Delete') this.parts.delete(part.id);
      else part.attachedTo = undefined;
    }
  }

  /** A disk that Azure makes for a machine gets the machine's tags. */
  #makeDisk({ id, spec }: Machine): void {
    const { disk, location, tags } = spec;
    const type = 'Microsoft.Compute/disks';
    this.#makePart({ type, name: disk.name, location, tags }).attachedTo = id;
  }

  #makePart(part: Omit<Part, 'id' | 'attachedTo'>): Part {
    const id = `${this.path}/providers/${part.type}/${part.name}`;
    const made = this.parts.get(id) ?? { ...part, id, attachedTo: undefined };
    this.parts.set(id, made);
    return made;
  }

  #operation({ id: machineId, failure }: Machine, kind: Operation['kind']): Operation {
    const operation = { id: this.#options.newId(), machineId, kind, failure };
    this.operations.set(operation.id, operation);
    return operation;
  }
}
