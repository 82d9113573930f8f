import { join } from 'node:path';
import { readText } from '../../config.ts';
import { readyText, startProgram } from './program.ts';
import { makeTenantAdmin, type TenantAdmin } from './tenant-admin.ts';

export interface TenantOptions {
  readonly users: number;
  readonly foldersPerUser: number;
  readonly mailsPerUser: number;
  readonly mailMeanBytes: number;
  readonly filesPerUser: number;
  readonly mailDir?: string;
  readonly filesDir?: string;
  readonly seed: number;
  readonly latencyMs: number;
}

/** A running simulator, and the app registration that Firn uses in it. */
export interface Tenant {
  readonly url: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly caPem: string;
  readonly admin: TenantAdmin;
  stop(): Promise<void>;
}

export async function startTenant(folder: string, options: TenantOptions): Promise<Tenant> {
  const simulator = await startProgram({
    name: 'simulator',
    args: argumentsOf(join(folder, 'simulator'), options),
    logFile: join(folder, 'simulator.log'),
  });
  const url = readyText(simulator, 'url');
  const caFile = readyText(simulator, 'caFile');
  const admin = makeTenantAdmin({ url, adminToken: readyText(simulator, 'adminToken'), caFile });
  return {
    url,
    tenantId: readyText(simulator, 'tenantId'),
    clientId: readyText(simulator, 'clientId'),
    certificatePem: readText(readyText(simulator, 'certificateFile'), 'the simulator'),
    privateKeyPem: readText(readyText(simulator, 'privateKeyFile'), 'the simulator'),
    caPem: readText(caFile, 'the simulator'),
    admin,
    stop: async () => {
      admin.close();
      await simulator.stop();
    },
  };
}

function argumentsOf(folder: string, options: TenantOptions): string[] {
  const { mailDir, filesDir } = options;
  const pairs: readonly (readonly [string, string | number | undefined])[] = [
    ['--host', '127.0.0.1'],
    ['--port', 0],
    ['--data', folder],
    ['--seed', options.seed],
    ['--users', options.users],
    ['--folders', options.foldersPerUser],
    ['--mails-per-user', options.mailsPerUser],
    ['--mean-bytes', options.mailMeanBytes],
    ['--files-per-user', options.filesPerUser],
    ['--latency-ms', options.latencyMs],
    ['--mail-dir', mailDir],
    ['--files-dir', filesDir],
  ];
  return pairs.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]));
}
