import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Azurite {
  readonly endpoint: string;
  readonly accountName: string;
  readonly accountKey: string;
  stop(): Promise<void>;
}

/** Azurite's blob service, in memory, on a free port of this machine. */
export async function startAzurite(): Promise<Azurite> {
  const [accountName, accountKey] = ['testaccount', randomBytes(64).toString('base64')];
  const packageFile = createRequire(import.meta.url).resolve('azurite/package.json');
  const program = join(dirname(packageFile), 'dist/src/blob/main.js');
  const port = await freePort();
  const options = ['--inMemoryPersistence', '--skipApiVersionCheck', '--disableTelemetry'];
  const place = ['--blobHost', '127.0.0.1', '--blobPort', String(port)];
  const child = spawn(process.execPath, [program, ...options, ...place, '--silent'], {
    env: { ...process.env, AZURITE_ACCOUNTS: `${accountName}:${accountKey}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    if (/successfully listen/i.test(line)) break;
  }
  return {
    endpoint: `http://127.0.0.1:${port}/${accountName}`,
    accountName,
    accountKey,
    stop: async () => {
      child.kill();
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
