import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GuestProcess } from '../../machines/guest-process.ts';
import type { Tokens } from '../api/tokens.ts';
import type { Machine } from '../domain/resource.ts';
import type { Guests, ResourceGroup } from '../domain/resource-group.ts';
import { type RunningAzureMetadata, startAzureMetadata } from './azure-metadata.ts';

export interface AzureGuestOptions {
  /** Program and arguments of what every machine boots into; empty: nothing. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly tokens: Tokens;
  /** What the guest reaches this ARM by. */
  readonly environment: () => Readonly<Record<string, string>>;
  readonly onError: (error: unknown) => void;
}

interface Guest {
  readonly metadata: RunningAzureMetadata;
  readonly process: GuestProcess | undefined;
}

/** What runs in the machines: a process of this computer each, with its custom data in a file. */
export class AzureGuests implements Guests {
  readonly #group: ResourceGroup;
  readonly #options: AzureGuestOptions;
  readonly #guests = new Map<string, Promise<Guest | undefined>>();

  constructor(group: ResourceGroup, options: AzureGuestOptions) {
    this.#group = group;
    this.#options = options;
  }

  boot(machine: Machine): void {
    const started = this.#start(machine).catch((error: unknown) => {
      this.#options.onError(error);
      return undefined;
    });
    this.#guests.set(machine.vmId, started);
  }

  cut(machine: Machine): void {
    const guest = this.#guests.get(machine.vmId);
    this.#guests.delete(machine.vmId);
    guest?.then(end).catch(this.#options.onError);
  }

  async told(machine: Machine): Promise<{ pid?: number; metadataUrl?: string }> {
    const guest = await this.#guests.get(machine.vmId);
    if (guest === undefined) return {};
    const pid = guest.process?.pid;
    return { metadataUrl: guest.metadata.url, ...(pid === undefined ? {} : { pid }) };
  }

  async close(): Promise<void> {
    const guests = await Promise.all(this.#guests.values());
    this.#guests.clear();
    await Promise.all(guests.map(end));
  }

  async #start(machine: Machine): Promise<Guest> {
    const { folder, tokens, command, environment, onError } = this.#options;
    const own = join(folder, machine.vmId);
    await mkdir(own, { recursive: true });
    const userDataFile = join(own, 'custom-data');
    await writeFile(userDataFile, machine.spec.customData ?? '', { mode: 0o600 });
    const metadata = await startAzureMetadata({ machine, tokens });
    const [program, ...args] = command;
    if (program === undefined) return { metadata, process: undefined };
    const process = new GuestProcess({
      command: [program, ...args],
      environment: {
        ...environment(),
        USER_DATA_FILE: userDataFile,
        AZURE_METADATA_ENDPOINT: metadata.url,
      },
      onExit: () => {
        this.#group.poweredOff(machine);
        rm(own, { recursive: true, force: true }).catch(onError);
      },
      onError,
    });
    return { metadata, process };
  }
}

async function end(guest: Guest | undefined): Promise<void> {
  await guest?.process?.end();
  await guest?.metadata.close();
}
