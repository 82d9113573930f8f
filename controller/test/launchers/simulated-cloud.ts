import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '@firn/shared/services/child-process';

/** What every simulated cloud prints when it is ready. */
export interface CloudReady {
  readonly url: string;
  readonly adminToken: string;
}

/** One of the simulator's clouds, as a process of its own, and its administrator. */
export class SimulatedCloud<Ready extends CloudReady> {
  readonly ready: Ready;
  readonly #stop: () => Promise<void>;

  private constructor(ready: Ready, stop: () => Promise<void>) {
    this.ready = ready;
    this.#stop = stop;
  }

  /** @param name of its folder in the simulator */
  static async start<Ready extends CloudReady>(
    name: 'ec2' | 'arm' | 'kubernetes',
    args: readonly string[],
  ): Promise<SimulatedCloud<Ready>> {
    const folder = await mkdtemp(join(tmpdir(), `firn-${name}-`));
    const program = join(import.meta.dirname, `../../../simulator/src/${name}/main.ts`);
    const child = await startChild({
      name: `simulated ${name}`,
      command: process.execPath,
      args: [program, '--data', folder, ...args],
      readyLine: /"ready"/,
    });
    const ready: Ready = JSON.parse(child.readyLine);
    return new SimulatedCloud(ready, async () => {
      await child.stop();
      await rm(folder, { recursive: true, force: true });
    });
  }

  async admin(method: string, path: string, body?: unknown): Promise<unknown> {
    const { url, adminToken } = this.ready;
    const response = await fetch(`${url}/_admin/${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return response.json();
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}
