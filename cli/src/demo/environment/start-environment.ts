import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Releasers } from '@firn/shared/lifecycle/releasers';
import { type RunningAzurite, startAzurite } from '@firn/shared/services/azurite';
import { startPostgres } from '@firn/shared/services/embedded-postgres';
import { startNats } from '@firn/shared/services/nats';
import type { Steps } from '../steps.ts';
import { claimFolder } from './claim-folder.ts';
import { type RunningProgram, readyText, startProgram } from './program.ts';
import { startTenant, type Tenant, type TenantOptions } from './tenant.ts';

/** Everything that the main job needs, as processes on loopback ports. */
export interface Environment {
  readonly folder: string;
  readonly tenant: Tenant;
  readonly azurite: RunningAzurite;
  readonly controller: ControllerAccess;
  /** Of all repositories that are made here; for `firn rescue` while it runs. */
  readonly repositoryPassword: string;
  /** Starts an agent with a join string; again without one after it was killed. */
  startAgent(options?: AgentOptions): Promise<RunningProgram>;
  /** Name and address of what runs, for --keep. */
  readonly addresses: readonly (readonly [string, string])[];
  stop(): Promise<void>;
}

export interface AgentOptions {
  readonly join?: string;
  readonly commitIntervalMs?: number;
}

export interface ControllerAccess {
  readonly url: string;
  readonly caFile: string;
  readonly tokenFile: string;
}

export interface EnvironmentOptions {
  readonly folder: string;
  readonly tenant: TenantOptions;
  /** Keys of the controller's key service; default: it has none. */
  readonly keyServiceFile?: string;
}

/** Starts all services, in an empty folder. What was started is stopped if a later start fails. */
export async function startEnvironment(
  options: EnvironmentOptions,
  steps: Steps,
): Promise<Environment> {
  const { folder } = options;
  const releasers = new Releasers();
  try {
    await claimFolder(folder);
    const services = await steps.run('start services', async () => ({
      value: await startServices(folder, releasers),
      summary: 'Postgres, nats-server, Azurite',
    }));
    const tenant = await steps.run('start the tenant', async () => {
      const started = await startTenant(folder, options.tenant);
      releasers.add('tenant', () => started.stop());
      return { value: started, summary: started.url };
    });
    const repositoryPassword = randomBytes(18).toString('base64');
    const repositoryPasswordFile = await secretFile(
      folder,
      'repository-password',
      repositoryPassword,
    );
    const azuriteKeyFile = await secretFile(folder, 'azurite-key', services.azurite.accountKey);
    const controller = await steps.run('start the controller', async () => {
      const access = await startController(options, services, releasers);
      return { value: access, summary: access.url };
    });
    return {
      folder,
      tenant,
      azurite: services.azurite,
      controller,
      repositoryPassword,
      startAgent: (agent = {}) => startAgent(folder, services.natsUrl, agent, releasers),
      addresses: [
        ['controller', controller.url],
        ['API token', controller.tokenFile],
        ['CA of the controller', controller.caFile],
        ['tenant (simulator)', tenant.url],
        ['object storage (Azurite)', services.azurite.endpoint],
        ['key of its account', azuriteKeyFile],
        ['repository password', repositoryPasswordFile],
        ['logs and data', folder],
      ],
      stop: () => releasers.release(),
    };
  } catch (error) {
    await releasers.release();
    throw error;
  }
}

interface Services {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly azurite: RunningAzurite;
}

async function startServices(folder: string, releasers: Releasers): Promise<Services> {
  const logs = (name: string) => join(folder, `${name}.log`);
  const natsAuth = { user: 'firn', password: randomBytes(18).toString('base64url') };
  const [postgres, nats, azurite] = await Promise.all([
    startPostgres({ folder: join(folder, 'postgres'), logFile: logs('postgres') }),
    startNats({ folder: join(folder, 'nats'), auth: natsAuth, logFile: logs('nats') }),
    startAzurite({ folder: join(folder, 'azurite'), logFile: logs('azurite') }),
  ]);
  releasers.add('postgres', () => postgres.stop());
  releasers.add('nats', () => nats.stop());
  releasers.add('azurite', () => azurite.stop());
  return { databaseUrl: postgres.url, natsUrl: withUser(nats.url, natsAuth), azurite };
}

function withUser(url: string, auth: { readonly user: string; readonly password: string }): string {
  return url.replace('://', `://${auth.user}:${auth.password}@`);
}

async function startController(
  { folder, keyServiceFile }: EnvironmentOptions,
  services: Services,
  releasers: Releasers,
): Promise<ControllerAccess> {
  const data = join(folder, 'controller');
  await mkdir(data, { recursive: true, mode: 0o700 });
  const tokenFile = join(data, 'admin-token');
  const controller = await startProgram({
    name: 'controller',
    env: {
      FIRN_DATABASE_URL_FILE: await secretFile(data, 'database-url', services.databaseUrl),
      FIRN_NATS_URL_FILE: await secretFile(data, 'nats-url', services.natsUrl),
      FIRN_HTTP_LISTEN: '127.0.0.1:0',
      FIRN_GRPC_LISTEN: '127.0.0.1:0',
      FIRN_DATA_DIR: data,
      FIRN_MASTER_KEY_FILE: join(data, 'master-key'),
      FIRN_BOOTSTRAP_TOKEN_FILE: tokenFile,
      ...(keyServiceFile === undefined ? {} : { FIRN_KEY_SERVICE_FILE: keyServiceFile }),
    },
    logFile: join(folder, 'controller.log'),
  });
  releasers.add('controller', async () => void (await controller.stop()));
  return { url: readyText(controller, 'url'), caFile: readyText(controller, 'caFile'), tokenFile };
}

async function startAgent(
  folder: string,
  natsUrl: string,
  options: AgentOptions,
  releasers: Releasers,
): Promise<RunningProgram> {
  const data = join(folder, 'proxy-agent');
  await mkdir(data, { recursive: true, mode: 0o700 });
  const agent = await startProgram({
    name: 'proxy-agent',
    env: {
      FIRN_NATS_URL_FILE: await secretFile(data, 'nats-url', natsUrl),
      FIRN_DATA_DIR: data,
      // Azurite thaws at once: no use in asking once a minute.
      FIRN_RETRIEVAL_POLL_MS: '250',
      ...(options.join === undefined
        ? {}
        : { FIRN_JOIN_FILE: await secretFile(data, 'join', options.join) }),
      ...(options.commitIntervalMs === undefined
        ? {}
        : { FIRN_COMMIT_INTERVAL_MS: String(options.commitIntervalMs) }),
    },
    logFile: join(folder, 'proxy-agent.log'),
  });
  releasers.add('proxy agent', async () => void (await agent.stop()));
  return agent;
}

async function secretFile(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text, { mode: 0o600 });
  return path;
}
