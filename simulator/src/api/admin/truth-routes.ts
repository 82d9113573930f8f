import type { TruthEntry, TruthScope } from '../../app/truth-book.ts';
import type { MutationReport } from '../../domain/content-party.ts';
import { randomStream } from '../../domain/random-stream.ts';
import { ok } from '../core/api-message.ts';
import type { PlainCall, PlainRoute } from '../core/graph-call.ts';
import { notFound } from '../core/graph-error.ts';
import { readAdminBody, readNumber } from './admin-body.ts';
import type { AdminParts } from './admin-parts.ts';

/** What is true, what was, and how to change or lose it: never through Graph. */
export function truthRoutes(parts: AdminParts): readonly PlainRoute[] {
  const { truth, parties } = parts;
  return [
    {
      method: 'GET',
      pattern: '/_admin/truth',
      admin: true,
      handle: (call) => ({
        status: 200,
        headers: { 'content-type': 'application/x-ndjson' },
        stream: lines(truth.entries(scopeOf(call))),
      }),
    },
    {
      method: 'POST',
      pattern: '/_admin/freeze',
      admin: true,
      handle: async (call) => {
        const snapshot = nameOf((await readAdminBody(call))['name']);
        return ok({ snapshot, items: await truth.freeze(snapshot) });
      },
    },
    {
      method: 'GET',
      pattern: '/_admin/compare',
      admin: true,
      handle: async (call) => {
        const snapshot = nameOf(call.query.get('snapshot') ?? undefined);
        const comparison = await truth.compare(snapshot, scopeOf(call));
        if (!comparison) throw notFound('NoSuchSnapshot', `no snapshot is named '${snapshot}'`);
        return ok({
          snapshot,
          expected: comparison.frozen,
          mismatches: comparison.missing + comparison.extra,
          examples: [
            ...comparison.firstMissing.map((entry) => `missing: ${described(entry)}`),
            ...comparison.firstExtra.map((entry) => `unexpected: ${described(entry)}`),
          ],
          ...comparison,
        });
      },
    },
    {
      method: 'POST',
      pattern: '/_admin/mutate',
      admin: true,
      handle: async (call) => ok(summed(await mutate(parts, await readAdminBody(call)))),
    },
    {
      method: 'POST',
      pattern: '/_admin/lose',
      admin: true,
      handle: async () => {
        const before = parties.map((party) => [party.kind, party.totals().items] as const);
        for (const party of parties) await party.lose();
        const lost = parties.map((party, i) => (before[i]?.[1] ?? 0) - party.totals().items);
        const names = parties.map(({ kind }) => `${kind}s`);
        return ok(Object.fromEntries(names.map((name, i) => [name, lost[i]])));
      },
    },
  ];
}

function nameOf(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : 'default';
}

function scopeOf(call: PlainCall): TruthScope {
  const user = call.query.get('user');
  const kind = call.query.get('kind');
  return {
    ...(user === null ? {} : { user }),
    ...(kind === 'mail' || kind === 'file' ? { kind } : {}),
  };
}

async function* lines(values: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const value of values) yield Buffer.from(`${JSON.stringify(value)}\n`, 'utf8');
}

async function mutate(
  { parties }: AdminParts,
  body: Readonly<Record<string, unknown>>,
): Promise<readonly MutationReport[]> {
  const random = randomStream(`mutate/${String(body['seed'] ?? 1)}`);
  const plan = {
    newShare: readNumber(body, 'newShare', 0.05),
    changedShare: readNumber(body, 'changedShare', 0.05),
    movedShare: readNumber(body, 'movedShare', 0.03),
    deletedShare: readNumber(body, 'deletedShare', 0.03),
    folders: readNumber(body, 'folders', 1),
  };
  const reports: MutationReport[] = [];
  for (const party of parties) {
    reports.push(...(await party.mutate(random.fork(party.kind), plan)));
  }
  return reports;
}

function described({ kind, user, folderPath, name, digest }: TruthEntry): string {
  return `${kind} of ${user} in /${folderPath}: ${JSON.stringify(name)} (${digest.slice(0, 12)})`;
}

/** The counts over all users, and each user's own. */
function summed(changes: readonly MutationReport[]): Readonly<Record<string, unknown>> {
  const total: Record<string, number> = {};
  for (const { kind: _kind, user: _user, ...counts } of changes) {
    for (const [name, count] of Object.entries(counts)) {
      total[name] = (total[name] ?? 0) + count;
    }
  }
  return { ...total, changes };
}
