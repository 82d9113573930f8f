import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import type { StoredPlace } from '../domain/blob-record.ts';
import type { SignedAccount } from '../signing/shared-access-signature.ts';
import { sharedKeyString, sign } from '../signing/string-to-sign.ts';
import type { FrontReply } from './front-reply.ts';
import type { FrontRequest } from './front-request.ts';

/** A request of the front's own. */
export interface OwnRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  readonly place: StoredPlace;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const API_VERSION = '2023-11-03';
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date']);

/** Azurite. */
export class Upstream {
  readonly #url: URL;
  readonly #account: SignedAccount;
  readonly #agent = new Agent({ keepAlive: true });

  /** @param endpoint with the account: `http://127.0.0.1:10000/account` */
  constructor(endpoint: string, account: SignedAccount) {
    this.#url = new URL(endpoint);
    this.#account = account;
  }

  /** Sends a request as it came, so that Azurite verifies it itself. */
  async forward({ message }: FrontRequest): Promise<FrontReply> {
    const { method, url: path, rawHeaders } = message;
    const sent = this.#request({ method, path, headers: pairsOf(rawHeaders) });
    const reply = replyOf(sent);
    // what breaks here, breaks the answer too; and Azurite may answer before it has read all
    pipeline(message, sent, () => {});
    return asFrontReply(await reply);
  }

  /** Sends a request of the front's own, signed with the account's key. */
  async send({ method, place, query = {}, headers = {} }: OwnRequest): Promise<FrontReply> {
    const rawPath = `${this.#url.pathname}/${pathOf(place)}`;
    const search = new URLSearchParams(query).toString();
    const all = new Map([
      ...Object.entries(headers),
      ['x-ms-date', new Date().toUTCString()] as const,
      ['x-ms-version', API_VERSION] as const,
      ['content-length', '0'] as const,
    ]);
    const { name, key } = this.#account;
    const signable = { method, rawPath, query: new Map(Object.entries(query)), headers: all };
    const authorization = `SharedKey ${name}:${sign(key, sharedKeyString(name, signable))}`;
    const sent = this.#request({
      method,
      path: search === '' ? rawPath : `${rawPath}?${search}`,
      headers: { ...Object.fromEntries(all), authorization },
    });
    sent.end();
    return asFrontReply(await replyOf(sent));
  }

  /** As send, for what must succeed. */
  async demand(own: OwnRequest): Promise<FrontReply> {
    const reply = await this.send(own);
    dropBody(reply);
    if (reply.status < 300) return reply;
    const code = reply.headers['x-ms-error-code'] ?? 'no code';
    throw new Error(`${own.method} of ${pathOf(own.place)}: ${reply.status} ${code}`);
  }

  /** For `x-ms-copy-source`. */
  urlOf(place: StoredPlace): string {
    return `${this.#url.href}/${pathOf(place)}`;
  }

  close(): void {
    this.#agent.destroy();
  }

  #request(options: {
    readonly method: string | undefined;
    readonly path: string | undefined;
    readonly headers: Record<string, string | string[]>;
  }) {
    const { hostname, port } = this.#url;
    const { method = 'GET', path = '/', headers } = options;
    return httpRequest({ agent: this.#agent, hostname, port, method, path, headers });
  }
}

/** Lets the connection be used again. */
export function dropBody({ body }: FrontReply): void {
  if (typeof body === 'object') body.resume();
}

function pathOf({ container, name }: StoredPlace): string {
  const parts = name === '' ? [container] : [container, ...name.split('/')];
  return parts.map(encodeURIComponent).join('/');
}

function replyOf(sent: ReturnType<typeof httpRequest>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once('response', resolve);
    sent.once('error', reject);
  });
}

function asFrontReply(reply: IncomingMessage): FrontReply {
  const headers = Object.entries(reply.headers).flatMap(([name, value]) =>
    value === undefined || HOP_BY_HOP.has(name) ? [] : [[name, String(value)] as const],
  );
  return { status: reply.statusCode ?? 502, headers: Object.fromEntries(headers), body: reply };
}

/** In the spelling of the client, which Azurite's answers repeat in places. */
function pairsOf(raw: readonly string[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] ?? '';
    if (name.toLowerCase() === 'connection' || name.toLowerCase() === 'expect') continue;
    const before = headers[name];
    const value = raw[at + 1] ?? '';
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}
