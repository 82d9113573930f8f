import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { OutgoingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config.ts';
import { type RunningSimulator, startSimulator } from '../../src/main.ts';

export type HttpReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The parsed JSON, or an empty object. */
  readonly body: Record<string, unknown>;
  readonly bytes: Buffer;
};

export type HttpOptions = {
  readonly headers?: OutgoingHttpHeaders;
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
};

const SECRET = 'a secret for tests';

/** A tenant in its own process space of ports and folders, and an application that may do all. */
export class TenantClient {
  readonly #simulator: RunningSimulator;
  readonly #folder: string;
  readonly #ca: Buffer;
  #token = '';

  private constructor(simulator: RunningSimulator, folder: string, ca: Buffer) {
    this.#simulator = simulator;
    this.#folder = folder;
    this.#ca = ca;
  }

  static async start(args: readonly string[] = []): Promise<TenantClient> {
    const folder = await mkdtemp(join(tmpdir(), 'tenant-test-'));
    const config = readConfig(['--data', folder, '--client-secret', SECRET, ...args]);
    const simulator = await startSimulator(config);
    const ca = await readFile(simulator.ready.caFile);
    const client = new TenantClient(simulator, folder, ca);
    await client.#signIn();
    return client;
  }

  get ready(): RunningSimulator['ready'] {
    return this.#simulator.ready;
  }

  /** The answer of the token endpoint. */
  signIn(): Promise<HttpReply> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: this.ready.clientId,
      client_secret: SECRET,
      scope: 'https://graph.microsoft.com/.default',
    });
    return this.send('POST', `${this.ready.url}/${this.ready.tenantId}/oauth2/v2.0/token`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      bytes: Buffer.from(form.toString()),
    });
  }

  /** Calls Graph by a path below `/v1.0` or a whole link. */
  graph(method: string, target: string, options: HttpOptions = {}): Promise<HttpReply> {
    const url = target.startsWith('https:') ? target : `${this.ready.url}/v1.0${target}`;
    const headers = { authorization: `Bearer ${this.#token}`, ...options.headers };
    return this.send(method, url, { ...options, headers });
  }

  admin(method: string, path: string, json?: unknown): Promise<HttpReply> {
    const headers = { authorization: `Bearer ${this.ready.adminToken}` };
    return this.send(method, `${this.ready.url}/_admin${path}`, { headers, json });
  }

  send(method: string, url: string, options: HttpOptions = {}): Promise<HttpReply> {
    const { json } = options;
    const bytes = json === undefined ? options.bytes : Buffer.from(JSON.stringify(json), 'utf8');
    const type = json === undefined ? {} : { 'content-type': 'application/json' };
    const length = bytes ? { 'content-length': bytes.byteLength } : {};
    const headers = { ...type, ...length, ...options.headers };
    return new Promise((resolve, reject) => {
      const call = request(url, { method, headers, ca: this.#ca }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.once('error', reject);
        answer.once('end', () => {
          const whole = Buffer.concat(pieces);
          const { statusCode = 0, headers: received } = answer;
          resolve({ status: statusCode, headers: received, body: parse(whole), bytes: whole });
        });
      });
      call.once('error', reject);
      call.end(bytes);
    });
  }

  async close(): Promise<void> {
    await this.#simulator.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #signIn(): Promise<void> {
    const { body } = await this.signIn();
    this.#token = String(body['access_token']);
  }
}

function parse(bytes: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return {};
  }
}
