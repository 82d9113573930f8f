import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startAzurite } from './azurite.ts';

it('serves its account on a loopback port until it is stopped', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firn-azurite-'));
  const azurite = await startAzurite({ folder, logFile: join(folder, 'azurite.log') });
  const answer = await fetch(`${azurite.endpoint}/?comp=list`);
  // Whoever has no key is refused.
  expect(answer.status).toBe(403);
  await azurite.stop();
  await expect(fetch(azurite.endpoint)).rejects.toThrow();
  expect(await readFile(join(folder, 'azurite.log'), 'utf8')).toContain('listen');
  await rm(folder, { recursive: true });
});
