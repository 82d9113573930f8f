import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GuestProcess } from '../../machines/guest-process.ts';
import type { Instance } from '../domain/instance.ts';
import type { Guests, Region } from '../domain/region.ts';
import { readMetadata } from './metadata-document.ts';
import { type RunningMetadataServer, startMetadataServer } from './metadata-server.ts';

export interface GuestOptions {
  /** Program and arguments of what every instance boots into; empty: nothing. */
  readonly command: readonly string[];
  /** Gets a folder per instance, with its user data. */
  readonly folder: string;
  readonly accountId: string;
  readonly onError: (error: unknown) => void;
}

interface Guest {
  readonly metadata: RunningMetadataServer;
  readonly process: GuestProcess | undefined;
}

/**
 * What runs in the instances: a process of this machine each. It is started
 * with USER_DATA_FILE, INSTANCE_ID and AWS_EC2_METADATA_SERVICE_ENDPOINT, as
 * cloud-init would be; when it exits, the instance has switched itself off.
 */
export class GuestMachines implements Guests {
  readonly #region: Region;
  readonly #options: GuestOptions;
  readonly #guests = new Map<string, Promise<Guest | undefined>>();

  constructor(region: Region, options: GuestOptions) {
    this.#region = region;
    this.#options = options;
  }

  boot(instance: Instance): void {
    const started = this.#start(instance).catch((error: unknown) => {
      this.#options.onError(error);
      return undefined;
    });
    this.#guests.set(instance.id, started);
  }

  cut(instance: Instance): void {
    const guest = this.#guests.get(instance.id);
    this.#guests.delete(instance.id);
    guest?.then(end).catch(this.#options.onError);
  }

  /** The process of an instance, as `pid`; for those who look for orphans. */
  async pidOf(instanceId: string): Promise<number | undefined> {
    return (await this.#guests.get(instanceId))?.process?.pid;
  }

  async metadataUrlOf(instanceId: string): Promise<string | undefined> {
    return (await this.#guests.get(instanceId))?.metadata.url;
  }

  async close(): Promise<void> {
    const guests = await Promise.all(this.#guests.values());
    this.#guests.clear();
    await Promise.all(guests.map(end));
  }

  async #start(instance: Instance): Promise<Guest> {
    const { folder, accountId } = this.#options;
    const own = join(folder, instance.id);
    await mkdir(own, { recursive: true });
    const userDataFile = join(own, 'user-data');
    await writeFile(userDataFile, instance.spec.userData ?? '', { mode: 0o600 });
    const view = { instance, region: this.#region.name, accountId };
    const metadata = await startMetadataServer({
      options: instance.spec.metadata,
      nowMs: () => this.#region.nowMs,
      read: (path) => readMetadata(view, path),
    });
    return { metadata, process: this.#spawn(instance, { userDataFile, metadata }) };
  }

  #spawn(
    instance: Instance,
    { userDataFile, metadata }: { userDataFile: string; metadata: RunningMetadataServer },
  ): GuestProcess | undefined {
    const { command, folder, onError } = this.#options;
    const [program, ...args] = command;
    if (program === undefined) return undefined;
    return new GuestProcess({
      command: [program, ...args],
      environment: {
        USER_DATA_FILE: userDataFile,
        INSTANCE_ID: instance.id,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
      },
      onExit: () => {
        this.#region.poweredOff(instance);
        rm(join(folder, instance.id), { recursive: true, force: true }).catch(onError);
      },
      onError,
    });
  }
}

async function end(guest: Guest | undefined): Promise<void> {
  await guest?.process?.end();
  await guest?.metadata.close();
}
