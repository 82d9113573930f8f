import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const main = join(import.meta.dirname, '../src/main.ts');

/** A port on which nobody listens. */
async function aClosedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

it('says that it waits for a storage that does not answer, and ends when it is told to', async () => {
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${await aClosedPort()}`,
  };
  const args = [main, 'rescue', 'list', '--storage', 's3://bucket/folder'];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let told = '';
  for await (const chunk of child.stderr) {
    told += String(chunk);
    if (told.includes('\n')) child.kill('SIGINT');
  }
  expect(told).toMatch(/^E_STORAGE_UNAVAILABLE: list of .*ECONNREFUSED.*; try 2 in 0\.\d s\n$/);
  expect(await ended).toEqual([130, null]);
});
