import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '@firn/shared/time/system-clock';
import { Agent, request } from 'undici';
import {
  createGraphSource,
  type GraphSourceOptions,
} from '../../src/adapters/sources/graph/graph-source.ts';
import type { Source } from '../../src/ports/source.ts';

interface Ready {
  readonly url: string;
  readonly caFile: string;
  readonly adminToken: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

const program = new URL('../../../simulator/src/main.ts', import.meta.url).pathname;

/** A simulated tenant in its own process, and sources that read it. */
export class RunningTenant {
  readonly notes: string[] = [];
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #ready: Ready;
  readonly #files: { readonly ca: string; readonly certificate: string; readonly key: string };
  readonly #agent: Agent;
  readonly #sources: Source[] = [];

  private constructor(
    process: ChildProcess,
    folder: string,
    ready: Ready,
    files: { ca: string; certificate: string; key: string },
  ) {
    this.#process = process;
    this.#folder = folder;
    this.#ready = ready;
    this.#files = files;
    this.#agent = new Agent({ connect: { ca: files.ca } });
  }

  static async start(options: Readonly<Record<string, number | true>>): Promise<RunningTenant> {
    const folder = await mkdtemp(join(tmpdir(), 'firn-tenant-'));
    const flags = Object.entries(options).flatMap(([name, value]) =>
      value === true ? [`--${name}`] : [`--${name}`, String(value)],
    );
    const child = spawn(process.execPath, [program, '--data', folder, ...flags], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout });
    const [line] = await Promise.race([once(lines, 'line'), ended(child)]);
    const ready = JSON.parse(String(line)) as Ready;
    const files = {
      ca: await readFile(ready.caFile, 'utf8'),
      certificate: await readFile(ready.certificateFile, 'utf8'),
      key: await readFile(ready.privateKeyFile, 'utf8'),
    };
    return new RunningTenant(child, folder, ready, files);
  }

  source(options: Partial<GraphSourceOptions> = {}): Source {
    let id = 0;
    const source = createGraphSource({
      organization: { tenantId: this.#ready.tenantId, clientId: this.#ready.clientId },
      credential: { certificatePem: this.#files.certificate, privateKeyPem: this.#files.key },
      clock: systemClock,
      random: () => 0,
      newId: () => `00000000-0000-4000-8000-${String(++id).padStart(12, '0')}`,
      onNote: (note) => this.notes.push(note),
      graphUrl: this.#ready.url,
      loginUrl: this.#ready.url,
      caPem: this.#files.ca,
      ...options,
    });
    this.#sources.push(source);
    return source;
  }

  /** Beside Graph: faults, losses, truth. */
  async admin(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const reply = await request(`${this.#ready.url}/_admin/${path}`, {
      dispatcher: this.#agent,
      method,
      headers: {
        authorization: `Bearer ${this.#ready.adminToken}`,
        'content-type': 'application/json',
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const answer = await reply.body.text();
    if (reply.statusCode >= 300) throw new Error(`${path} answered ${reply.statusCode}: ${answer}`);
    return answer === '' ? undefined : JSON.parse(answer);
  }

  async close(): Promise<void> {
    for (const source of this.#sources) await source.close();
    await this.#agent.close();
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGTERM');
      await once(this.#process, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function ended(child: ChildProcess): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`the simulator ended with ${code} before it was ready`);
}
