import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startChild } from '@firn/shared/services/child-process';

/** What every simulated cloud prints when it is ready. */
export interface CloudReady {
  readonly url: string;
  readonly adminToken: string;
  /** Of those that speak TLS. */
  readonly caFile?: string;
}

export interface Posted {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One of the simulator's clouds, as a process of its own, and its administrator. */
export class SimulatedCloud<Ready extends CloudReady> {
  readonly ready: Ready;
  readonly caPem: string | undefined;
  readonly #stop: () => Promise<void>;

  private constructor(ready: Ready, stop: () => Promise<void>) {
    this.ready = ready;
    this.caPem = ready.caFile === undefined ? undefined : readFileSync(ready.caFile, 'utf8');
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

  admin(method: string, path: string, body?: unknown): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.ready.adminToken}` };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return this.ask(`/_admin/${path}`, { method, headers, ...sent });
  }

  /** @returns the JSON of an answer below 400 */
  async ask(path: string, { method, headers, body }: Posted): Promise<unknown> {
    const request = this.caPem === undefined ? requestHttp : requestHttps;
    const trust = this.caPem === undefined ? {} : { ca: this.caPem };
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const asked = request(`${this.ready.url}${path}`, { method, headers, ...trust });
    asked.once('error', reject);
    asked.once('response', (response) => {
      text(response).then((answer) => {
        if ((response.statusCode ?? 500) < 400) resolve(JSON.parse(answer));
        else reject(new Error(`${method} ${path}: ${answer}`));
      }, reject);
    });
    asked.end(body);
    return promise;
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}
