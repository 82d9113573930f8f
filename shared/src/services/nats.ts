import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, isAppError } from '../errors/app-error.ts';
import { startChild } from './child-process.ts';
import { freePort } from './free-port.ts';

export interface NatsOptions {
  /** Streams and the configuration lie here; created when it is not there. */
  readonly folder: string;
  /** What clients must show. */
  readonly auth: { readonly token: string } | { readonly user: string; readonly password: string };
  readonly port?: number;
  readonly logFile?: string;
  /** Default: nats-server of the PATH. */
  readonly command?: string;
}

export interface RunningNats {
  /** `nats://127.0.0.1:port`, without the secret. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** nats-server with JetStream on a loopback port. */
export async function startNats(options: NatsOptions): Promise<RunningNats> {
  const port = options.port ?? (await freePort());
  await mkdir(options.folder, { recursive: true });
  // In a file: arguments are seen by every user of the machine.
  const configFile = join(options.folder, 'nats-server.conf');
  await writeFile(configFile, configurationOf(options, port), { mode: 0o600 });
  const child = await startServer(options, configFile);
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    pid: child.pid,
    stop: async () => void (await child.stop()),
  };
}

async function startServer(options: NatsOptions, configFile: string) {
  const { command = 'nats-server', logFile } = options;
  try {
    return await startChild({
      name: 'nats-server',
      command,
      args: ['-c', configFile],
      readyLine: /Server is ready/,
      ...(logFile !== undefined && { logFile }),
    });
  } catch (error) {
    if (!isAppError(error) || !isAbsent(error.cause)) throw error;
    const message = `there is no ${command}; on Debian and Ubuntu: apt-get install nats-server`;
    throw new AppError('E_SERVICE_START', message, { cause: error });
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function configurationOf(options: NatsOptions, port: number): string {
  const { auth } = options;
  const authorization =
    'token' in auth
      ? `token: ${quoted(auth.token)}`
      : `user: ${quoted(auth.user)}, password: ${quoted(auth.password)}`;
  return [
    `listen: "127.0.0.1:${port}"`,
    `jetstream { store_dir: ${quoted(join(options.folder, 'jetstream'))} }`,
    `authorization { ${authorization} }`,
    '',
  ].join('\n');
}

function quoted(value: string): string {
  return JSON.stringify(value);
}
