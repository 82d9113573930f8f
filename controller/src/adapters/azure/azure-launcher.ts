import type { VirtualMachine } from '@azure/arm-compute';
import { AppError } from '@firn/shared/errors/app-error';
import { invariant } from '@firn/shared/errors/invariant';
import type { Clock } from '@firn/shared/time/clock';
import type { AzureSettings } from '../../domain/appliance-settings.ts';
import type {
  ApplianceLauncher,
  ApplianceOrder,
  ApplianceSighting,
  ApplianceTags,
  LaunchChoice,
  LaunchIntent,
} from '../../ports/appliance-launcher.ts';
import { azureChoices } from './azure-choices.ts';
import { type AzureAccess, type AzureClients, makeAzureClients } from './azure-clients.ts';
import { azureErrorCode, isAzureTaken, toAzureAppError } from './azure-errors.ts';
import { AzureMachines, azureFailure, toAzureSighting } from './azure-machines.ts';
import { missingAzurePermissions } from './azure-permissions.ts';
import { type AzureRequest, azureRequest } from './azure-request.ts';

export interface AzureLauncherOptions extends AzureAccess {
  readonly clock: Clock;
  /** Azure tells that it has no room seconds after it has accepted: how often that is asked. */
  readonly pollMs?: number;
}

/** How long a launch waits for that. */
const allocationMsMax = 60_000;
const write = 'Microsoft.Compute/virtualMachines/write';

/**
 * Archiver appliances as virtual machines of one resource group. The name is
 * the worker's, and a PUT never changes a machine that is there: repeated, it
 * finds the same one.
 */
export function makeAzureLauncher(
  settings: AzureSettings,
  options: AzureLauncherOptions,
): ApplianceLauncher {
  return new AzureLauncher(settings, options);
}

class AzureLauncher implements ApplianceLauncher {
  readonly kind = 'azure';
  readonly choices: ApplianceLauncher['choices'];
  /** Machines are found by name, at once; the list by tags lags for minutes. */
  readonly lagMs = 5 * 60_000;
  readonly bootMsMax = 15 * 60_000;
  readonly #settings: AzureSettings;
  readonly #options: AzureLauncherOptions;
  readonly #clients: AzureClients;
  readonly #machines: AzureMachines;

  constructor(settings: AzureSettings, options: AzureLauncherOptions) {
    this.choices = azureChoices(settings);
    this.#settings = settings;
    this.#options = options;
    this.#clients = makeAzureClients(settings, options);
    this.#machines = new AzureMachines(this.#clients, settings);
  }

  prepare(order: ApplianceOrder, { description }: LaunchChoice): LaunchIntent {
    const choice = azureChoices(this.#settings).find((each) => each.description === description);
    invariant(choice !== undefined, `"${description}" is a choice of this launcher`);
    const { installationId, workerId } = order;
    const request = JSON.stringify(azureRequest(this.#settings, order, choice));
    return { launcher: 'azure', installationId, workerId, request };
  }

  async launch(intent: LaunchIntent, signal?: AbortSignal): Promise<ApplianceSighting | undefined> {
    const before = await this.#machines.get(intent, signal);
    if (before === undefined) await this.#put(JSON.parse(intent.request), signal);
    const machine = await this.#allocated(intent, signal);
    return machine && toAzureSighting(intent, machine);
  }

  async find(tags: ApplianceTags, signal?: AbortSignal): Promise<ApplianceSighting | undefined> {
    const machine = await this.#machines.get(tags, signal);
    if (machine !== undefined) return toAzureSighting(tags, machine);
    const [leftover] = await this.#machines.leftovers(tags, signal);
    const { installationId, workerId } = tags;
    return leftover && { installationId, workerId, handle: leftover.id, state: 'leftovers' };
  }

  async list(installationId: string, signal?: AbortSignal): Promise<readonly ApplianceSighting[]> {
    const resources = await this.#machines.list(installationId, signal);
    const workerIds = new Set(resources.map(({ workerId }) => workerId));
    const found: ApplianceSighting[] = [];
    for (const workerId of workerIds) {
      const sighting = await this.find({ installationId, workerId }, signal);
      if (sighting !== undefined) found.push(sighting);
    }
    return found;
  }

  async end(tags: ApplianceTags, signal?: AbortSignal): Promise<boolean> {
    const machine = await this.#machines.get(tags, signal);
    if (machine !== undefined) {
      if (machine.provisioningState !== 'Deleting') {
        await this.#machines.delete(tags.workerId, signal);
      }
      return false;
    }
    const leftovers = await this.#machines.leftovers(tags, signal);
    for (const leftover of leftovers) await this.#machines.remove(leftover, signal);
    return leftovers.length === 0;
  }

  missingPermissions(signal?: AbortSignal): Promise<readonly string[]> {
    return missingAzurePermissions(this.#settings, this.#options, signal);
  }

  async #put({ name, body }: AzureRequest, signal?: AbortSignal): Promise<void> {
    const { virtualMachines } = this.#clients.compute;
    const abort = signal === undefined ? {} : { abortSignal: signal };
    const options = { ifNoneMatch: '*', ...abort };
    try {
      const { resourceGroup } = this.#settings;
      await virtualMachines.createOrUpdate(resourceGroup, name, body, options).submitted();
    } catch (error) {
      if (!isAzureTaken(error)) throw toAzureAppError(error, write);
    }
  }

  /** Waits until the machine has found room, or has not. */
  async #allocated(tags: ApplianceTags, signal?: AbortSignal): Promise<VirtualMachine | undefined> {
    const { clock, pollMs = 5_000 } = this.#options;
    for (let waitedMs = 0; ; waitedMs += pollMs) {
      const machine = await this.#machines.get(tags, signal);
      if (machine?.provisioningState === 'Failed') throw allocationFailed(machine);
      const isDecided = machine?.provisioningState !== 'Creating';
      if (isDecided || waitedMs >= allocationMsMax) return machine;
      await clock.sleep(pollMs, signal);
    }
  }
}

function allocationFailed(machine: VirtualMachine): AppError {
  const { code, message } = azureFailure(machine);
  const text = `Azure did not make the machine: ${code}: ${message}`;
  return new AppError(azureErrorCode(code, message) ?? 'E_APPLIANCE_FAILED', text);
}
