import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProtectedObject } from '../src/domain/protected-object.ts';
import type { RequestCounts, Source } from '../src/ports/source.ts';
import { MemoryCatalog } from './fakes/memory-catalog.ts';
import { RunningTenant } from './fakes/running-tenant.ts';

const signal = new AbortController().signal;
const mailCount = 1000;

let tenant: RunningTenant;
let source: Source;
let mailbox: ProtectedObject | undefined;
const catalog = new MemoryCatalog();

beforeAll(async () => {
  tenant = await RunningTenant.start({
    users: 1,
    'mails-per-user': mailCount,
    folders: 15,
    'mean-bytes': 3000,
    'files-per-user': 0,
  });
  source = tenant.source();
  const scope = { users: [], excludeUsers: [], mailboxes: true, oneDrives: false };
  for await (const object of source.listObjects({ ...scope, entireOrganization: true }, signal)) {
    mailbox = object;
  }
});
afterAll(() => tenant?.close());

async function costOf(): Promise<RequestCounts> {
  if (mailbox === undefined) throw new Error('the tenant has no mailbox');
  const before = source.requests();
  await catalog.follow(await source.open(mailbox));
  const after = source.requests();
  return { http: after.http - before.http, batched: after.batched - before.batched };
}

describe('requests for a mailbox of 1,000 mails in 15 folders', () => {
  it('are at most 0.15 a mail in a full session', async () => {
    const { http, batched } = await costOf();
    expect(catalog.items.size).toBeGreaterThanOrEqual(mailCount);
    expect(http).toBeLessThanOrEqual(0.15 * mailCount);
    // Parts count against the mailbox's 10,000 in 10 minutes too.
    expect(batched).toBeLessThanOrEqual(0.15 * mailCount);
    console.info(`full: ${http} requests, ${batched} parts of batches`);
  });

  it('are one, and one for 20 folders, in a session without changes', async () => {
    const folders = catalog.folders.size;
    expect(await costOf()).toEqual({ http: 1 + Math.ceil(folders / 20), batched: folders });
  });

  it('are few in a session with few changes', async () => {
    await tenant.admin('POST', 'mutate', { newShare: 0.01, changedShare: 0.01 });
    const { http } = await costOf();
    expect(http).toBeLessThanOrEqual(20);
    console.info(`incremental with some 10 % changed: ${http} requests`);
  });
});
