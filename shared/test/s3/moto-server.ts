import { spawnSync } from 'node:child_process';
import { startChild } from '../../src/services/child-process.ts';
import { freePort } from '../../src/services/free-port.ts';

export interface RunningMoto {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Whether python's moto is installed with its server; says so when not. */
export function hasMoto(): boolean {
  const found = spawnSync('python3', ['-c', 'import moto.server, flask']).status === 0;
  if (!found) console.log('skipped: python3 has no moto server (pip install "moto[server]")');
  return found;
}

/** The moto server, an independent stand-in for AWS, on a loopback port. */
export async function startMoto(): Promise<RunningMoto> {
  const port = await freePort();
  const child = await startChild({
    name: 'moto',
    command: 'python3',
    args: ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
    readyLine: /Running on/i,
  });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => void (await child.stop()),
  };
}
