import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf, entriesOf, MailWorld, type Reply } from '../mail/mail-world.ts';

const EMPTY = ['--mails-per-user', '0', '--files-per-user', '0', '--folders', '0'];
const DAY_MS = 86_400_000;
let world: MailWorld;

beforeEach(() => {
  world = new MailWorld([...EMPTY, '--users', '3']);
});

const linkOf = ({ body }: Reply): string =>
  String(body['@odata.nextLink'] ?? body['@odata.deltaLink']);
const put = (user: string, more = {}) => world.admin('POST', '/users', { user, ...more });
const remove = (user: string) => world.admin('DELETE', `/users?user=${user}`);

/** Follows a round to its end: what it told, and where the next one begins. */
async function follow(target: string): Promise<{ told: Record<string, unknown>[]; link: string }> {
  const told: Record<string, unknown>[] = [];
  for (let link = target; ; ) {
    const reply = await world.graph('GET', link);
    expect(reply.status).toBe(200);
    told.push(...entriesOf(reply));
    link = linkOf(reply);
    if (reply.body['@odata.deltaLink'] !== undefined) return { told, link };
  }
}

/** What a client knows after it was told more. */
function learn(known: Set<unknown>, told: readonly Record<string, unknown>[]): void {
  for (const one of told) known[one['@removed'] ? 'delete' : 'add'](one['id']);
}

async function listed(): Promise<string[]> {
  return entriesOf(await world.graph('GET', '/users?$top=999')).map(({ id }) => String(id));
}

describe('users/delta', () => {
  it('tells everybody in pages, and then only who is new, changed or removed', async () => {
    world = new MailWorld([...EMPTY, '--users', '120']);
    const first = await world.graph('GET', '/users/delta?$select=displayName');
    expect(entriesOf(first)).toHaveLength(100);
    expect(Object.keys(entriesOf(first)[0] ?? {}).toSorted()).toEqual(['displayName', 'id']);
    const { told, link } = await follow(linkOf(first));
    expect(told).toHaveLength(20);
    expect((await follow(link)).told).toEqual([]);
    const [changed = '', gone = ''] = await listed();
    await put(changed, { displayName: 'Renamed' });
    await put('new@contoso.example');
    await remove(gone);
    const next = await follow(link);
    expect(next.told).toEqual([
      { id: changed, displayName: 'Renamed' },
      { id: expect.any(String), displayName: 'new' },
      { id: gone, '@removed': { reason: 'changed' } },
    ]);
    // a link may be used again
    expect((await follow(link)).told).toEqual(next.told);
    expect((await world.graph('GET', `/users/${gone}`)).status).toBe(404);
  });

  it('leads to the truth whatever happens between its rounds', async () => {
    const step = fc.record({ user: fc.integer({ min: 0, max: 5 }), stays: fc.boolean() });
    const rounds = fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 4 });
    const apply = async ({ user, stays }: { user: number; stays: boolean }) => {
      const name = `user${user}@contoso.example`;
      await (stays ? put(name) : remove(name));
    };
    const check = async (all: { user: number; stays: boolean }[][]) => {
      world = new MailWorld([...EMPTY, '--users', '2']);
      const known = new Set<unknown>();
      let link = '/users/delta';
      for (const steps of [...all, []]) {
        for (const one of steps) await apply(one);
        const round = await follow(link);
        learn(known, round.told);
        link = round.link;
      }
      expect([...known].toSorted()).toEqual((await listed()).toSorted());
    };
    await fc.assert(fc.asyncProperty(rounds, check), { numRuns: 30 });
  });

  it('begins now with the token latest, and picks users by their ids', async () => {
    const [one = '', other = ''] = await listed();
    const latest = await follow('/users/delta?$deltatoken=latest');
    expect(latest.told).toEqual([]);
    const picked = await follow(`/users/delta?$filter=id eq '${one}'`);
    expect(picked.told.map(({ id }) => id)).toEqual([one]);
    await remove(other);
    expect((await follow(latest.link)).told.map(({ id }) => id)).toEqual([other]);
    expect((await follow(picked.link)).told).toEqual([]);
    const refused = await world.graph('GET', "/users/delta?$filter=displayName eq 'a'");
    expect(codeOf(refused)).toBe('Request_UnsupportedQuery');
  });

  it('answers an old token with 410 and the place to begin anew, and a foreign one with 400', async () => {
    const { link } = await follow('/users/delta');
    world.clock.advance(7 * DAY_MS);
    expect((await world.graph('GET', link)).status).toBe(200);
    world.clock.advance(1);
    const gone = await world.graph('GET', link);
    expect(gone.status).toBe(410);
    expect((await follow(gone.headers['location'] ?? '')).told).toHaveLength(3);
    expect((await world.graph('GET', '/users/delta?$deltatoken=abc')).status).toBe(400);
    expect((await world.graph('GET', link.replace('$delta', '$skip'))).status).toBe(400);
  });
});

describe('advanced queries of users', () => {
  const eventual = { headers: { ConsistencyLevel: 'eventual' } };

  it.each(['not(accountEnabled eq true)', "displayName ne 'a'", "endswith(mail,'e')"])(
    'need the header and $count: %s',
    async (filter) => {
      const plain = await world.graph('GET', `/users?$filter=${filter}`);
      expect(codeOf(plain)).toBe('Request_UnsupportedQuery');
      const half = await world.graph('GET', `/users?$filter=${filter}`, eventual);
      expect(codeOf(half)).toBe('Request_UnsupportedQuery');
      const whole = await world.graph('GET', `/users?$count=true&$filter=${filter}`, eventual);
      expect(whole.status).toBe(200);
    },
  );

  it('know no contains, and take quoted words for what they are', async () => {
    const contains = await world.graph('GET', "/users?$filter=contains(displayName,'a')");
    expect(codeOf(contains)).toBe('Request_UnsupportedQuery');
    const quoted = await world.graph('GET', "/users?$filter=displayName eq 'not endswith(x) ne'");
    expect(quoted.status).toBe(200);
  });
});
