import { AppError } from '@firn/shared/errors/app-error';
import type { ManualClock } from '@firn/shared/time/manual-clock';
import type {
  ApplianceLauncher,
  ApplianceOrder,
  ApplianceSighting,
  ApplianceTags,
  LaunchChoice,
  LaunchIntent,
} from '../../src/ports/appliance-launcher.ts';

export type LaunchFault =
  | 'none'
  /** The machine starts, and nobody is told. */
  | 'lost-reply'
  /** Nothing starts, and nobody is told. */
  | 'lost-request'
  | 'no-capacity'
  /** Refused, with an interface that stays. */
  | 'quota'
  /** The controller is killed before or after the cloud has heard. */
  | 'killed-before'
  | 'killed-after';

export interface Machine extends ApplianceTags {
  readonly request: string;
  readonly startedAtMs: number;
  readonly isLeftover: boolean;
  /** From then on the cloud shows nothing of it. */
  goneAtMs: number;
}

/**
 * A cloud with real tokens, whose lists lag and whose machines need a minute to go.
 * What it does to a launch is up to the test.
 */
export class FaultyCloud implements ApplianceLauncher {
  readonly kind = 'process';
  readonly choices = [
    { description: 'small, spot', dollarsPerHour: 0.1 },
    { description: 'small, on demand', dollarsPerHour: 0.3 },
  ];
  readonly lagMs = 5 * 60_000;
  readonly bootMsMax = 10 * 60_000;
  readonly machines: Machine[] = [];
  readonly #clock: ManualClock;
  readonly #nextFault: () => LaunchFault;
  readonly #kill: () => void;

  constructor(clock: ManualClock, nextFault: () => LaunchFault, kill: () => void = () => {}) {
    this.#clock = clock;
    this.#nextFault = nextFault;
    this.#kill = kill;
  }

  /** What is there, shown or not. */
  get present(): Machine[] {
    return this.machines.filter(({ goneAtMs }) => goneAtMs > this.#clock.now());
  }

  prepare(order: ApplianceOrder, { description }: LaunchChoice): LaunchIntent {
    const { installationId, workerId } = order;
    const request = JSON.stringify({ ...order, description });
    return { launcher: this.kind, installationId, workerId, request };
  }

  async launch(intent: LaunchIntent): Promise<ApplianceSighting | undefined> {
    const known = this.machines.find(({ workerId }) => workerId === intent.workerId);
    if (known !== undefined && known.request !== intent.request) {
      throw new Error('the token was used for another request');
    }
    const fault = this.#nextFault();
    // A token that is known answers with its machine: only the answer can be lost.
    const isHeard = known === undefined || !isRefusal(fault);
    if (known === undefined && startsMachine(fault)) this.add(intent, intent.request);
    if (isHeard && fault !== 'none') this.#fail(fault, intent);
    const machine = this.present.find(({ workerId }) => workerId === intent.workerId);
    return machine && sighting(machine);
  }

  #fail(fault: LaunchFault, intent: LaunchIntent): never {
    if (fault === 'no-capacity') throw new AppError('E_APPLIANCE_CAPACITY', 'no room');
    if (fault === 'quota') {
      this.add(intent, intent.request, true);
      throw new AppError('E_APPLIANCE_QUOTA', 'the quota of cores is used');
    }
    if (fault.startsWith('killed')) this.#kill();
    throw new AppError('E_APPLIANCE_UNANSWERED', 'no answer');
  }

  add(tags: ApplianceTags, request = '', isLeftover = false): Machine {
    const { installationId, workerId } = tags;
    const startedAtMs = this.#clock.now();
    const goneAtMs = Number.POSITIVE_INFINITY;
    const machine = { installationId, workerId, request, startedAtMs, goneAtMs, isLeftover };
    this.machines.push(machine);
    return machine;
  }

  async find(tags: ApplianceTags): Promise<ApplianceSighting | undefined> {
    const found = this.#shown().find((machine) => isSame(machine, tags));
    return found && sighting(found);
  }

  async list(installationId: string): Promise<readonly ApplianceSighting[]> {
    return this.#shown()
      .filter((machine) => machine.installationId === installationId)
      .map(sighting);
  }

  /** Almost as late as the cloud says that it may be. */
  #shown(): Machine[] {
    const shownFromMs = this.#clock.now() - this.lagMs + 1;
    return this.present.filter(({ startedAtMs }) => startedAtMs < shownFromMs);
  }

  async end(tags: ApplianceTags): Promise<boolean> {
    const own = this.#shown().filter((machine) => isSame(machine, tags));
    for (const machine of own) {
      machine.goneAtMs = Math.min(machine.goneAtMs, this.#clock.now() + 60_000);
    }
    return own.length === 0;
  }

  async missingPermissions(): Promise<readonly string[]> {
    return [];
  }
}

function isSame(a: ApplianceTags, b: ApplianceTags): boolean {
  return a.installationId === b.installationId && a.workerId === b.workerId;
}

function isRefusal(fault: LaunchFault): boolean {
  return fault === 'no-capacity' || fault === 'quota';
}

function startsMachine(fault: LaunchFault): boolean {
  return fault === 'none' || fault === 'lost-reply' || fault === 'killed-after';
}

function sighting({ installationId, workerId, isLeftover }: Machine): ApplianceSighting {
  const state = isLeftover ? 'leftovers' : 'running';
  return { installationId, workerId, handle: `machine of ${workerId}`, state };
}
