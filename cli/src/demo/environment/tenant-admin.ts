import { readFileSync } from 'node:fs';
import { makeHttpsTransport, type Transport } from '@firn/shared/rest/transport';

export interface TenantStats {
  readonly users: number;
  readonly mails: number;
  readonly files: number;
  readonly bytes: number;
  /** Messages that anybody sent; the demo expects none. */
  readonly sent: number;
}

export interface Comparison {
  /** Items of the frozen truth. */
  readonly frozen: number;
  readonly matched: number;
  /** Items of the frozen truth that are not there now, and the other way round. */
  readonly mismatches: number;
  /** The first of them, described. */
  readonly examples: readonly string[];
}

/** The simulator's admin API: what happens to the tenant behind Firn's back. */
export interface TenantAdmin {
  stats(): Promise<TenantStats>;
  /** New, changed, moved and deleted items and folders, decided by the seed. */
  mutate(seed: number): Promise<string>;
  /** Keeps today's truth under a name. */
  freeze(name: string): Promise<void>;
  /** Mailboxes emptied, files deleted. */
  lose(): Promise<string>;
  compare(name: string): Promise<Comparison>;
  close(): void;
}

export interface TenantAdminOptions {
  readonly url: string;
  readonly adminToken: string;
  readonly caFile: string;
}

export function makeTenantAdmin(options: TenantAdminOptions): TenantAdmin {
  const transport = makeHttpsTransport({ caPem: readFileSync(options.caFile, 'utf8') });
  const call = <T>(method: string, path: string, body?: unknown) =>
    send<T>(transport, options, { method, path, body });
  return {
    stats: () => call<TenantStats>('GET', '/_admin/stats'),
    mutate: async (seed) => describe(await call('POST', '/_admin/mutate', { seed })),
    freeze: async (name) => {
      await call('POST', '/_admin/freeze', { name });
    },
    lose: async () => describe(await call('POST', '/_admin/lose', {})),
    compare: async (name) =>
      readComparison(await call<ComparisonAnswer>('GET', `/_admin/compare?snapshot=${name}`)),
    close: () => transport.close(),
  };
}

interface TruthEntry {
  readonly user: string;
  readonly folderPath: string;
  readonly name: string;
}

interface ComparisonAnswer {
  readonly frozen: number;
  readonly matched: number;
  readonly missing: number;
  readonly extra: number;
  readonly firstMissing: readonly TruthEntry[];
  readonly firstExtra: readonly TruthEntry[];
}

function readComparison(answer: ComparisonAnswer): Comparison {
  const { frozen, matched, missing, extra, firstMissing, firstExtra } = answer;
  const line = (what: string) => (entry: TruthEntry) =>
    `${what}: ${entry.user}: ${entry.folderPath}/${entry.name}`;
  return {
    frozen,
    matched,
    mismatches: missing + extra,
    examples: [...firstMissing.map(line('missing')), ...firstExtra.map(line('not expected'))],
  };
}

interface AdminCall {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

async function send<T>(
  transport: Transport,
  options: TenantAdminOptions,
  call: AdminCall,
): Promise<T> {
  const response = await transport.send({
    method: call.method,
    url: new URL(call.path, options.url),
    headers: {
      authorization: `Bearer ${options.adminToken}`,
      'content-type': 'application/json',
    },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  });
  const text = Buffer.concat(await Array.fromAsync(response.body)).toString('utf8');
  if (response.status >= 400) {
    throw new Error(`the simulator answered ${call.path} with ${response.status}: ${text}`);
  }
  return (text === '' ? {} : JSON.parse(text)) as T;
}

/** {created: 3, foldersMoved: 2} as "3 created, 2 folders moved". */
function describe(counts: Readonly<Record<string, unknown>>): string {
  return Object.entries(counts)
    .filter(([, count]) => typeof count === 'number' && count > 0)
    .map(([what, count]) => `${String(count)} ${what.replace(/([A-Z])/g, ' $1').toLowerCase()}`)
    .join(', ');
}
