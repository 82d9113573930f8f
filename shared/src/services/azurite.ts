import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { startChild } from './child-process.ts';
import { freePort } from './free-port.ts';

export interface AzuriteOptions {
  /** Where the blobs lie; without it they lie in memory. */
  readonly folder?: string;
  readonly logFile?: string;
  readonly accountName?: string;
  /** Base64. Default: random. */
  readonly accountKey?: string;
  readonly port?: number;
}

export interface RunningAzurite {
  /** The account's blob endpoint. */
  readonly endpoint: string;
  readonly accountName: string;
  readonly accountKey: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Azurite's blob service on a loopback port. It refuses to read an archived
 * blob, as Azure does, but thaws at once.
 */
export async function startAzurite(options: AzuriteOptions = {}): Promise<RunningAzurite> {
  const accountName = options.accountName ?? 'firndev';
  const accountKey = options.accountKey ?? randomBytes(64).toString('base64');
  const port = options.port ?? (await freePort());
  const child = await startChild({
    name: 'azurite',
    command: process.execPath,
    args: [programPath(), ...argumentsFor(port, options.folder)],
    env: { AZURITE_ACCOUNTS: `${accountName}:${accountKey}` },
    readyLine: /successfully listen/i,
    ...(options.logFile !== undefined && { logFile: options.logFile }),
  });
  return {
    endpoint: `http://127.0.0.1:${port}/${accountName}`,
    accountName,
    accountKey,
    pid: child.pid,
    stop: async () => void (await child.stop()),
  };
}

function programPath(): string {
  const packagePath = createRequire(import.meta.url).resolve('azurite/package.json');
  return join(dirname(packagePath), 'dist', 'src', 'blob', 'main.js');
}

function argumentsFor(port: number, folder: string | undefined): string[] {
  return [
    ...['--blobHost', '127.0.0.1', '--blobPort', String(port)],
    ...['--skipApiVersionCheck', '--disableTelemetry', '--silent'],
    ...(folder === undefined ? ['--inMemoryPersistence'] : ['--location', folder]),
  ];
}
