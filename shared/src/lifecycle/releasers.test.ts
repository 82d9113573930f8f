import { expect, it } from 'vitest';
import { Releasers } from './releasers.ts';

it('releases the newest first, each once', async () => {
  const released: string[] = [];
  const releasers = new Releasers();
  for (const name of ['database', 'bus', 'server']) {
    releasers.add(name, () => void released.push(name));
  }
  await releasers.release();
  await releasers.release();
  expect(released).toEqual(['server', 'bus', 'database']);
});

it('releases everything in spite of failures, and tells the first', async () => {
  const released: string[] = [];
  const releasers = new Releasers();
  releasers.add('database', () => void released.push('database'));
  releasers.add('bus', async () => {
    throw new Error('second');
  });
  const cause = new Error('first');
  releasers.add('server', () => {
    throw cause;
  });
  await expect(releasers.release()).rejects.toMatchObject({
    message: 'server could not be released',
    cause,
  });
  expect(released).toEqual(['database']);
});
