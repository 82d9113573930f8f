import type { RestClient } from '@firn/shared/rest/client';
import type { Session } from '@firn/shared/rest/schemas/session';
import { describe, expect, it } from 'vitest';
import { followToEnd } from './follow-session.ts';

const ended = { id: 's1', kind: 'check', state: 'success', proxyId: 'p1' } as Session;
const queued: Session = { ...ended, state: 'queued' };

/** A controller whose proxy is away or there; following ends at once, or is interrupted. */
function aFollowing({ connected = true, interrupt = false }) {
  const notes: string[] = [];
  const controller = new AbortController();
  const client = {
    call: async () => ({ name: 'proxy-1', connected }),
    async *followSession() {
      if (interrupt) {
        controller.abort();
        controller.signal.throwIfAborted();
      }
      yield { id: '1', event: 'end', data: ended };
    },
  } as unknown as RestClient;
  const note = (line: string) => notes.push(line);
  const terminal = { json: false, interactive: false, result: () => undefined, note };
  return { following: { client, terminal, signal: controller.signal }, notes };
}

describe('following a session', () => {
  it('tells that it waits for a proxy that is away', async () => {
    const { following, notes } = aFollowing({ connected: false });
    expect(await followToEnd(following, queued)).toEqual(ended);
    expect(notes).toEqual([expect.stringContaining('proxy "proxy-1" is not connected')]);
  });

  it('says nothing while there is nothing to say', async () => {
    const { following, notes } = aFollowing({});
    await followToEnd(following, queued);
    expect(notes).toEqual([]);
  });

  it('tells that the session goes on when it is interrupted', async () => {
    const { following, notes } = aFollowing({ interrupt: true });
    await expect(followToEnd(following, queued)).rejects.toMatchObject({ name: 'AbortError' });
    expect(notes).toEqual([expect.stringContaining('firn session stop s1')]);
  });
});
