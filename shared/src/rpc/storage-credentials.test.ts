import { describe, expect, it } from 'vitest';
import { ManualClock } from '../time/manual-clock.ts';
import { StorageCredentials } from './storage-credentials.ts';

const forever = new AbortController().signal;
const minute = 60_000;

function aCredential(sasToken: string, endsAtMs: number) {
  return { storageId: 'storage-1', sasToken, expiresAt: new Date(endsAtMs), s3Keys: undefined };
}

function start() {
  const clock = new ManualClock();
  const asked: string[] = [];
  const credentials = new StorageCredentials(clock, async (sessionId) => {
    asked.push(sessionId);
  });
  return { clock, asked, credentials };
}

describe('storage credentials', () => {
  it('give the token at hand without asking while it lasts', async () => {
    const { credentials, asked } = start();
    credentials.put('session-1', aCredential('a', 60 * minute));
    expect(await credentials.newest('storage-1', forever)).toMatchObject({ sasToken: 'a' });
    expect(asked).toEqual([]);
  });

  it('ask for a fresh one before the old one ends', async () => {
    const { credentials, asked, clock } = start();
    credentials.put('session-1', aCredential('a', 60 * minute));
    clock.advance(56 * minute);
    const token = credentials.newest('storage-1', forever);
    expect(asked).toEqual(['session-1']);
    credentials.put('session-1', aCredential('b', 120 * minute));
    expect(await token).toMatchObject({ sasToken: 'b' });
  });

  it('never go back to an older one', async () => {
    const { credentials } = start();
    credentials.put('session-1', aCredential('new', 120 * minute));
    credentials.put('session-1', aCredential('old', 60 * minute));
    expect(await credentials.newest('storage-1', forever)).toMatchObject({ sasToken: 'new' });
  });

  it('ask in the name of a session that is still under way', async () => {
    const { credentials, asked, clock } = start();
    credentials.put('long', aCredential('a', 60 * minute));
    credentials.put('short', aCredential('a', 60 * minute));
    credentials.leave('short');
    clock.advance(59 * minute);
    const token = credentials.newest('storage-1', forever);
    expect(asked).toEqual(['long']);
    credentials.put('long', aCredential('b', 120 * minute));
    await token;
  });

  it('stop waiting when the caller stops', async () => {
    const { credentials } = start();
    const stop = new AbortController();
    const token = credentials.newest('storage-1', stop.signal);
    stop.abort(new Error('stopped'));
    await expect(token).rejects.toThrow('stopped');
  });
});
