import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@firn/shared/time/clock';
import type { TokenSource } from '../../src/adapters/sources/graph/client/access-token.ts';
import { BatchSender } from '../../src/adapters/sources/graph/client/batch.ts';
import { GraphClient } from '../../src/adapters/sources/graph/client/graph-client.ts';
import { GraphBase } from '../../src/adapters/sources/graph/client/graph-url.ts';
import { HttpSender } from '../../src/adapters/sources/graph/client/http-sender.ts';

export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or bytes. */
  readonly body?: unknown;
  /** Breaks the connection after so many bytes of the body; 0: no answer at all. */
  readonly breakAfterBytes?: number;
}

/** A service whose every answer the test writes, over real HTTP. */
export class ScriptedGraph {
  readonly asked: Asked[] = [];
  readonly slept: number[] = [];
  readonly client: GraphClient;
  readonly batches: BatchSender;
  readonly sender = new HttpSender(undefined);
  readonly origin: string;
  /** Tokens handed out so far. */
  tokens = 0;
  #nowMs = Date.parse('2026-11-22T10:00:00Z');
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const tokens: TokenSource = {
      token: async () => {
        this.tokens += 1;
        return `token-${this.tokens}`;
      },
    };
    let id = 0;
    this.client = new GraphClient({
      base: new GraphBase(this.origin),
      sender: this.sender,
      tokens,
      clock: this.clock,
      random: () => 0,
      newId: () => `request-${++id}`,
    });
    this.batches = new BatchSender(this.client);
  }

  /** Sleeps end at once and move the time. */
  get clock(): Clock {
    return {
      now: () => this.#nowMs,
      sleep: async (ms) => {
        this.slept.push(ms);
        this.#nowMs += ms;
      },
    };
  }

  static async start(
    answer: (asked: Asked, service: ScriptedGraph) => Answer,
  ): Promise<ScriptedGraph> {
    let service: ScriptedGraph | undefined;
    const server = createServer((request, response) => {
      if (service === undefined) return;
      const current = service;
      read(request)
        .then((asked) => {
          current.asked.push(asked);
          reply(response, answer(asked, current));
        })
        .catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    service = new ScriptedGraph(server);
    return service;
  }

  async close(): Promise<void> {
    await this.sender.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function read(request: IncomingMessage): Promise<Asked> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const { method = '', url = '', headers } = request;
  return { method, url, headers, body: Buffer.concat(pieces) };
}

function reply(response: ServerResponse, answer: Answer): void {
  const { status = 200, headers = {}, body, breakAfterBytes } = answer;
  if (breakAfterBytes === 0) {
    response.destroy();
    return;
  }
  const bytes = body === undefined ? Buffer.alloc(0) : bytesOf(body);
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length) });
  if (breakAfterBytes === undefined) response.end(bytes);
  else response.write(bytes.subarray(0, breakAfterBytes), () => response.destroy());
}

function bytesOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
}

/** Answers a batch part by part. */
export function answerBatch(asked: Asked, part: (url: string) => Answer): Answer {
  const { requests } = JSON.parse(asked.body.toString()) as {
    requests: { id: string; url: string }[];
  };
  const responses = requests.map(({ id, url }) => {
    const { status = 200, headers = {}, body } = part(url);
    return { id, status, headers, body };
  });
  // The service answers in any order.
  return { body: { responses: responses.reverse() } };
}
