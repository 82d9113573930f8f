import { HmacTokenSealer } from '../../src/adapters/hmac-token-sealer.ts';
import { MailContentsStore } from '../../src/adapters/mail-contents-store.ts';
import { NodeHasher } from '../../src/adapters/node-hasher.ts';
import { SystemIds } from '../../src/adapters/system-ids.ts';
import type { ApiRequest, ApiResponse } from '../../src/api/core/api-message.ts';
import { makeTenant, type Tenant } from '../../src/api/make-tenant.ts';
import { readConfig } from '../../src/config.ts';
import { AppRegistry } from '../../src/domain/app-registration.ts';
import { ALL_ROLES } from '../../src/domain/app-roles.ts';
import type { Mailbox } from '../../src/domain/mailbox/mailbox.ts';
import type { MailPlan } from '../../src/domain/seed/seeded-mail.ts';
import type { Spool, SpoolRef } from '../../src/ports/spool.ts';

export const ORIGIN = 'https://tenant.test:8443';
const ADMIN = 'administrator';

/** A clock that moves only when it is told to, and lets sleepers pass at once. */
export class StoppedClock {
  #nowMs = Date.parse('2026-03-01T08:00:00Z');

  nowMs(): number {
    return this.#nowMs;
  }

  async sleep(): Promise<void> {}

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}

class MemorySpool implements Spool {
  readonly #pieces = new Map<number, Uint8Array>();
  #end = 0;

  async append(bytes: Uint8Array): Promise<SpoolRef> {
    const ref = { offset: this.#end, sizeBytes: bytes.byteLength };
    this.#pieces.set(ref.offset, Uint8Array.from(bytes));
    this.#end += Math.max(1, bytes.byteLength);
    return ref;
  }

  async read(ref: SpoolRef, start = 0, end = ref.sizeBytes): Promise<Uint8Array> {
    return (this.#pieces.get(ref.offset) ?? new Uint8Array()).subarray(start, end);
  }
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

export interface Sending {
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
}

/** A whole tenant in memory, spoken to without sockets; its clock stands still. */
export class MailWorld {
  readonly clock = new StoppedClock();
  readonly tenant: Tenant;

  constructor(args: readonly string[] = []) {
    const plan: MailPlan = {
      seed: '1',
      meanBytes: 3000,
      people: [{ name: 'Anna', address: 'anna@contoso.example' }],
      newestMs: this.clock.nowMs(),
    };
    const spool = new MemorySpool();
    const grant = { appId: 'app', roles: ALL_ROLES };
    this.tenant = makeTenant(readConfig(['--users', '2', '--mails-per-user', '20', ...args]), {
      clock: this.clock,
      ids: new SystemIds(),
      hasher: new NodeHasher(),
      sealer: new HmacTokenSealer(new Uint8Array(32)),
      spool,
      tokens: {
        issue: async () => ({ token: 'token', expiresInSeconds: 3599 }),
        check: async (token) => (token === 'token' ? grant : { refused: 'malformed' as const }),
        jwks: async () => ({ keys: [] }),
      },
      assertions: { verify: async () => null },
      contents: new MailContentsStore(spool, plan),
      apps: new AppRegistry(),
      plan,
      mailboxNames: [],
      adminToken: ADMIN,
    });
  }

  mailbox(number = 0): Mailbox {
    const found = this.tenant.mailboxes.all()[number];
    if (!found) throw new Error(`there is no mailbox ${number}`);
    return found;
  }

  /** The id of a folder of the first mailbox. */
  folderId(wellKnownName: string): string {
    const folder = this.mailbox().folders.byWellKnownName(wellKnownName);
    return this.mailbox().folderId(folder?.key ?? -1);
  }

  /** `/users/{id}` of the first mailbox. */
  get user(): string {
    return `/users/${this.mailbox().parts.userId}`;
  }

  /** `/admin/exchange/mailboxes/{id}` of the first mailbox. */
  get exchange(): string {
    return `/admin/exchange/mailboxes/${this.mailbox().mailboxId}`;
  }

  /** Calls Graph by a path below `/v1.0`, or by a whole link. */
  async graph(method: string, target: string, sending: Sending = {}): Promise<Reply> {
    const { reply, done } = await this.open(method, target, sending);
    done();
    return reply;
  }

  /** Calls Graph and leaves the answer unsent, so that its slot stays taken. */
  async open(
    method: string,
    target: string,
    sending: Sending = {},
  ): Promise<{ reply: Reply; done: () => void }> {
    const url = new URL(target.startsWith('https:') ? target : `${ORIGIN}/v1.0${target}`);
    const { response, done } = await this.tenant.dispatcher.dispatch({
      ...requestOf(method, url, { authorization: 'Bearer token', ...contentOf(sending) }, sending),
      version: 'v1.0',
      resource: url.pathname.slice('/v1.0'.length),
    });
    return { reply: await readReply(response), done };
  }

  /** Calls a plain URL, without any Authorization header of its own. */
  async plain(method: string, url: string, sending: Sending = {}): Promise<Reply> {
    const headers = contentOf(sending);
    return readReply(
      await this.tenant.plain.answer(requestOf(method, new URL(url), headers, sending)),
    );
  }

  /** Calls the administrator's API. */
  admin(method: string, path: string, json?: unknown): Promise<Reply> {
    const headers = { authorization: `Bearer ${ADMIN}` };
    return this.plain(method, `${ORIGIN}/_admin${path}`, {
      headers,
      ...(json === undefined ? {} : { json }),
    });
  }
}

function contentOf({ headers, json, text }: Sending): Record<string, string> {
  const type =
    json === undefined
      ? text === undefined
        ? {}
        : { 'content-type': 'text/plain' }
      : { 'content-type': 'application/json' };
  return { ...type, ...headers };
}

function requestOf(
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  { json, text }: Sending,
): ApiRequest {
  const bytes = Buffer.from(json === undefined ? (text ?? '') : JSON.stringify(json), 'utf8');
  return {
    method,
    origin: url.origin,
    path: url.pathname,
    query: url.searchParams,
    headers: new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    signal: new AbortController().signal,
    batched: false,
    body: {
      bytes: async () => bytes,
      stream: async function* () {
        yield bytes;
      },
    },
  };
}

async function readReply(response: ApiResponse): Promise<Reply> {
  const pieces: Uint8Array[] = [];
  if (response.bytes) pieces.push(response.bytes);
  for await (const piece of response.stream ?? []) pieces.push(piece);
  const text =
    response.json === undefined
      ? Buffer.concat(pieces).toString('utf8')
      : JSON.stringify(response.json);
  const isObject = text.startsWith('{') && !text.includes('}\n{');
  return {
    status: response.status,
    headers: response.headers ?? {},
    body: isObject ? (JSON.parse(text) as Record<string, unknown>) : {},
    text,
  };
}

/** The code of an error answer. */
export function codeOf(reply: Reply): string {
  const error = reply.body['error'] as { code?: string } | undefined;
  return error?.code ?? '';
}

/** The entities of a collection answer. */
export function entriesOf(reply: Reply): Record<string, unknown>[] {
  return reply.body['value'] as Record<string, unknown>[];
}
