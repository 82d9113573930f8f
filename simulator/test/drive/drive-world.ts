import { randomUUID } from 'node:crypto';
import { HmacTokenSealer } from '../../src/adapters/hmac-token-sealer.ts';
import { NodeHasher } from '../../src/adapters/node-hasher.ts';
import type { ApiRequest, ApiResponse, RequestBody } from '../../src/api/core/api-message.ts';
import { Dispatcher } from '../../src/api/core/dispatcher.ts';
import { PlainRoutes } from '../../src/api/core/plain-routes.ts';
import {
  type DrivePart,
  type DrivePartOptions,
  makeDrivePart,
} from '../../src/api/drive/drive-part.ts';
import { DeltaPolicy } from '../../src/app/delta-policy.ts';
import { FaultRules } from '../../src/app/fault-rules.ts';
import { Latency } from '../../src/app/latency.ts';
import { OutlookBudget } from '../../src/app/outlook-budget.ts';
import { RequestStats } from '../../src/app/request-stats.ts';
import { Directory, type User } from '../../src/domain/directory.ts';
import type { Drive } from '../../src/domain/drive/drive.ts';
import { randomStream } from '../../src/domain/random-stream.ts';
import type { TruthFolder, TruthItem, TruthJournal } from '../../src/domain/truth-journal.ts';
import type { AccessTokens } from '../../src/ports/access-tokens.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Spool, SpoolRef } from '../../src/ports/spool.ts';

export const ORIGIN = 'https://tenant.test:8443';
const ROLES = ['Files.ReadWrite.All', 'Sites.ReadWrite.All'];

/** A clock that stands still until it is moved. */
export class StoppedClock implements Clock {
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
  readonly #pieces: { start: number; bytes: Uint8Array }[] = [];
  #end = 0;

  async append(bytes: Uint8Array): Promise<SpoolRef> {
    const ref = { offset: this.#end, sizeBytes: bytes.byteLength };
    this.#pieces.push({ start: this.#end, bytes: Uint8Array.from(bytes) });
    this.#end += bytes.byteLength;
    return ref;
  }

  async read(ref: SpoolRef, start = 0, end = ref.sizeBytes): Promise<Uint8Array> {
    const piece = this.#pieces.find(({ start: at }) => at === ref.offset);
    if (!piece) throw new Error(`nothing at ${ref.offset}`);
    return piece.bytes.subarray(start, end);
  }
}

/** Keeps what is true now. */
export class MemoryTruth implements TruthJournal {
  readonly folders = new Map<string, TruthFolder>();
  readonly items = new Map<string, TruthItem>();

  putFolder(folder: TruthFolder): void {
    this.folders.set(`${folder.user}|${folder.key}`, folder);
  }

  dropFolder(folder: Pick<TruthFolder, 'user' | 'key'>): void {
    this.folders.delete(`${folder.user}|${folder.key}`);
  }

  putItem(item: TruthItem): void {
    this.items.set(`${item.user}|${item.key}`, item);
  }

  dropItem(item: Pick<TruthItem, 'user' | 'key'>): void {
    this.items.delete(`${item.user}|${item.key}`);
  }
}

/** An answer with its body read to the end. */
export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
  readonly bytes: Uint8Array;
};

export type CallOptions = {
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
};

/** The drive part behind the real dispatcher, without sockets. */
export class DriveWorld {
  readonly clock = new StoppedClock();
  readonly directory = new Directory();
  readonly truth = new MemoryTruth();
  readonly faults = new FaultRules();
  readonly delta = new DeltaPolicy();
  readonly hasher = new NodeHasher();
  readonly part: DrivePart;
  readonly #dispatcher: Dispatcher;
  readonly #plain: PlainRoutes;

  constructor(options: Partial<Pick<DrivePartOptions, 'limits' | 'lifetimes'>> = {}) {
    for (const name of ['anna', 'bert']) this.directory.put(aUser(name));
    this.directory.put({ ...aUser('kiosk'), hasDrive: false });
    const ids = { uuid: () => randomUUID() };
    const { clock, faults } = this;
    const stats = new RequestStats();
    this.part = makeDrivePart({
      limits: { perMinute: 1_000_000, perDay: 10_000_000 },
      ...options,
      directory: this.directory,
      journal: this.truth,
      delta: this.delta,
      random: randomStream('drive world'),
      clock,
      ids,
      sealer: new HmacTokenSealer(Buffer.from('a key for tests')),
      spool: new MemorySpool(),
      hasher: this.hasher,
    });
    this.#dispatcher = new Dispatcher({
      clock,
      ids,
      faults,
      stats,
      tokens: new FixedTokens(),
      budget: new OutlookBudget(clock),
      latency: new Latency(randomStream('latency'), { fixedMs: 0, jitterMs: 0 }),
    });
    this.#dispatcher.register(...this.part.routes);
    this.#plain = new PlainRoutes({ clock, ids, faults, stats, adminToken: 'admin' });
    this.#plain.register(...this.part.plainRoutes);
  }

  drive(name = 'anna'): Drive {
    const user = this.directory.find(`${name}@contoso.test`);
    const drive = user && this.part.drives.ofUser(user.id);
    if (!drive) throw new Error(`${name} has no drive`);
    return drive;
  }

  /** Calls Graph by a path below the version or by a whole link. */
  async graph(method: string, target: string, options: CallOptions = {}): Promise<Reply> {
    const stem = `${ORIGIN}/v1.0`;
    const local = target.startsWith(stem) ? target.slice(stem.length) : target;
    const request = toRequest(method, local, {
      ...options,
      headers: { authorization: 'Bearer good', ...options.headers },
    });
    const { response, done } = await this.#dispatcher.dispatch({
      ...request,
      version: 'v1.0',
      resource: request.path,
    });
    done();
    return readReply(response);
  }

  /** Calls a pre-authenticated URL, or an administrator's path with `admin: true`. */
  async plain(method: string, url: string, options: CallOptions = {}): Promise<Reply> {
    const local = url.startsWith(ORIGIN) ? url.slice(ORIGIN.length) : url;
    return readReply(await this.#plain.answer(toRequest(method, local, options)));
  }

  async admin(user: string, action: string, json: unknown = {}): Promise<Reply> {
    const path = `/_admin/drives/${user}@contoso.test/${action}`;
    const headers = { authorization: 'Bearer admin' };
    const reply = await this.plain('POST', path, { headers, json });
    if (reply.status !== 200) throw new Error(`${path} answers ${reply.status}`);
    return reply;
  }
}

class FixedTokens implements AccessTokens {
  async issue(): Promise<{ token: string; expiresInSeconds: number }> {
    return { token: 'good', expiresInSeconds: 3599 };
  }

  async check(): Promise<{ appId: string; roles: readonly string[] }> {
    return { appId: 'an-app', roles: ROLES };
  }
}

function aUser(name: string): User {
  return {
    id: `00000000-0000-4000-8000-${Buffer.from(name.padEnd(6, '_')).toString('hex')}`,
    userPrincipalName: `${name}@contoso.test`,
    displayName: name,
    givenName: name,
    surname: null,
    mail: `${name}@contoso.test`,
    mailNickname: name,
    jobTitle: null,
    department: null,
    officeLocation: null,
    mobilePhone: null,
    preferredLanguage: null,
    accountEnabled: true,
    userType: 'Member',
    createdMs: 0,
    hasMailbox: true,
    hasDrive: true,
  };
}

function toRequest(method: string, local: string, options: CallOptions): ApiRequest {
  const cut = local.indexOf('?');
  const bytes = bodyOf(options);
  const type = options.json === undefined ? {} : { 'content-type': 'application/json' };
  const headers = { ...type, 'content-length': String(bytes.byteLength), ...options.headers };
  return {
    method,
    origin: ORIGIN,
    path: cut < 0 ? local : local.slice(0, cut),
    query: new URLSearchParams(cut < 0 ? '' : local.slice(cut + 1)),
    headers: new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: readOnce(bytes),
    signal: new AbortController().signal,
    batched: false,
  };
}

function bodyOf({ json, bytes }: CallOptions): Uint8Array {
  if (json !== undefined) return Buffer.from(JSON.stringify(json), 'utf8');
  return bytes ?? new Uint8Array();
}

function readOnce(bytes: Uint8Array): RequestBody {
  return {
    bytes: async () => bytes,
    stream: async function* () {
      for (let at = 0; at < bytes.byteLength; at += 100_000) yield bytes.subarray(at, at + 100_000);
    },
  };
}

async function readReply(response: ApiResponse): Promise<Reply> {
  const pieces: Uint8Array[] = response.bytes ? [response.bytes] : [];
  for await (const piece of response.stream ?? []) pieces.push(piece);
  return {
    status: response.status,
    headers: response.headers ?? {},
    body: (response.json ?? {}) as Record<string, unknown>,
    bytes: Buffer.concat(pieces),
  };
}
