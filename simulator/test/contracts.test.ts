import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CASES, type ContractCase } from './contracts/cases.ts';
import { checkEntity } from './contracts/check-entity.ts';
import {
  contractsMissing,
  hasContracts,
  readCsdl,
  readEndpoints,
  readExamples,
} from './contracts/contract-files.ts';
import { type Fixture, makeFixture } from './contracts/fixture.ts';
import { missingFrom } from './contracts/shape.ts';
import { type HttpReply, TenantClient } from './contracts/tenant-client.ts';

/** Documented by Microsoft, but not (yet) in the CSDL of 2026-07-31. */
const BEYOND_CSDL = new Set(['mailboxFolder.wellKnownName', 'mailboxFolder.parentMailboxUrl']);

if (!hasContracts) process.stderr.write(`${contractsMissing}\n`);

describe.skipIf(!hasContracts)('answers of the tenant', () => {
  const csdl = hasContracts ? readCsdl() : { types: new Map(), enums: new Map() };
  const examples = new Map(
    (hasContracts ? readExamples('') : []).map((example) => [example.file, example]),
  );
  let client: TenantClient;
  let fixture: Fixture;

  beforeAll(async () => {
    client = await TenantClient.start(['--users', '2', '--mails-per-user', '30', '--odd-users']);
    fixture = await makeFixture(client);
  });
  afterAll(() => client.close());

  it.each(CASES)('$name is as the metadata declare it', async (contract) => {
    const reply = await contract.send(client, fixture);
    expect([reply.status, reply.body]).toEqual([contract.status ?? 200, expect.anything()]);
    const problems = entitiesOf(contract, reply).flatMap((entity) =>
      checkEntity(csdl, contract.type, entity, BEYOND_CSDL),
    );
    expect(problems).toEqual([]);
  });

  it.each(CASES.filter(({ example }) => example))('$name has what $example shows', async (each) => {
    const example = examples.get(each.example ?? '');
    const reply = await each.send(client, fixture);
    const allowed = new Set(each.lacking ?? []);
    const missing = missingFrom(reply.body, example?.body).filter((line) => !allowed.has(line));
    expect(missing).toEqual([]);
  });

  it('are compared for every endpoint of the table that the tenant serves', async () => {
    const covered = new Set(CASES.map(({ endpoint }) => normalise(endpoint)));
    const open: string[] = [];
    for (const { method, path, kind } of readEndpoints()) {
      if (kind === 'binary' || kind === 'redirect') continue;
      const name = normalise(`${method} ${path}`);
      if (covered.has(name)) continue;
      const reply = await client.graph(method, probe(path));
      if (!isUnserved(reply)) open.push(name);
    }
    expect(open).toEqual([]);
  });
});

/** An answer is one entity, a collection of them, or (of a batch or token) nothing to walk. */
function entitiesOf(contract: ContractCase, reply: HttpReply): unknown[] {
  if (contract.isCollection !== true) return [reply.body];
  const value = reply.body['value'];
  if (!Array.isArray(value) || value.length === 0) throw new Error('the collection is empty');
  return value;
}

function isUnserved({ status, body }: HttpReply): boolean {
  return (
    status === 501 ||
    status === 405 ||
    (status === 400 && JSON.stringify(body).includes('not found for the segment'))
  );
}

/** Written as a call, `delta` cannot be taken for an id. */
function probe(path: string): string {
  return path.replaceAll(/\{[^}]+\}/g, 'x').replace(/\/delta$/, '/delta()');
}

function normalise(endpoint: string): string {
  return endpoint.replaceAll(/\{[^}]+\}/g, '{}');
}
