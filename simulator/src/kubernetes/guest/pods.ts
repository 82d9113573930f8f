import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GuestProcess } from '../../machines/guest-process.ts';
import type { Guests, Job, Namespace } from '../domain/namespace.ts';

export interface PodOptions {
  /** Program and arguments of what every container runs; empty: nothing. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly onError: (error: unknown) => void;
}

/** The pods: a process of this computer each, with the environment and the secrets of its job. */
export class Pods implements Guests {
  readonly #namespace: Namespace;
  readonly #options: PodOptions;
  readonly #running = new Map<string, Promise<GuestProcess | undefined>>();

  constructor(namespace: Namespace, options: PodOptions) {
    this.#namespace = namespace;
    this.#options = options;
  }

  start(job: Job): void {
    const started = this.#start(job).catch((error: unknown) => {
      this.#options.onError(error);
      return undefined;
    });
    this.#running.set(job.uid, started);
  }

  cut({ uid }: Job): void {
    const process = this.#running.get(uid);
    this.#running.delete(uid);
    process?.then((each) => each?.end()).catch(this.#options.onError);
  }

  async close(): Promise<void> {
    const processes = await Promise.all(this.#running.values());
    this.#running.clear();
    await Promise.all(processes.map(async (each) => each?.end()));
  }

  async #start(job: Job): Promise<GuestProcess | undefined> {
    const { command, folder, onError } = this.#options;
    const [program, ...args] = command;
    if (program === undefined) return undefined;
    const own = join(folder, job.uid);
    return new GuestProcess({
      command: [program, ...args],
      environment: await this.#environment(job, own),
      onExit: (code) => {
        this.#namespace.podEnded(job, code);
        rm(own, { recursive: true, force: true }).catch(onError);
      },
      onError,
    });
  }

  /** A path below a mount is that of the folder that stands for it. */
  async #environment({ spec }: Job, own: string): Promise<Record<string, string>> {
    const environment: Record<string, string> = { ...spec.environment };
    for (const [mountPath, secretName] of Object.entries(spec.mounts)) {
      const folder = join(own, secretName);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const data = this.#namespace.secrets.get(secretName)?.data ?? {};
      for (const [key, bytes] of Object.entries(data)) {
        await writeFile(join(folder, key), bytes, { mode: 0o600 });
      }
      for (const [name, value] of Object.entries(environment)) {
        environment[name] = value.replace(new RegExp(`^${mountPath}(?=/|$)`), folder);
      }
    }
    return environment;
  }
}
