import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Environment, EnvReader } from '@firn/shared/config/env-reader';
import type { ApplianceLimits } from './domain/appliance-limits.ts';

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** All settings of the controller; docs/configuration.md describes them. */
export interface ControllerConfig {
  readonly databaseUrl: string;
  readonly databaseConnectionsMax: number;
  /** undefined: no bus; sessions run, without live progress. */
  readonly natsUrl: string | undefined;
  readonly natsUrlFile: string | undefined;
  /** How machines in clouds reach NATS, with a user for them. */
  readonly applianceNatsUrl: string | undefined;
  readonly httpListen: Listen;
  readonly grpcListen: Listen;
  /** undefined: by the port that was bound, on localhost. */
  readonly publicUrl: string | undefined;
  readonly grpcPublicAddress: string | undefined;
  /** Names and addresses of this machine for the server's certificate. */
  readonly serverNames: readonly string[];
  readonly dataDir: string;
  readonly masterKeyFile: string;
  /** undefined: no key service. */
  readonly keyServiceFile: string | undefined;
  /** Prices of storages; undefined: the tables that come with Firn. */
  readonly pricesFile: string | undefined;
  readonly caFile: string;
  readonly bootstrapTokenFile: string | undefined;
  readonly logFile: string | undefined;
  readonly applianceProgram: string;
  readonly heartbeatMs: number;
  readonly leaseMs: number;
  readonly graceMs: number;
  readonly resendMs: number;
  readonly superviseMs: number;
  readonly attemptsMax: number;
  readonly credentialLifeMs: number;
  readonly proxyCertificateLifeMs: number;
  readonly applianceLifeMs: number;
  readonly applianceLimits: ApplianceLimits;
  readonly enrollmentTokenLifeMs: number;
  readonly viewTimeoutMs: number;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** The only reader of the environment. E_CONFIG_INVALID names every mistake at once. */
export function readConfig(
  environment: Environment,
  readFile?: (path: string) => string,
): ControllerConfig {
  const env = new EnvReader(environment, readFile);
  const dataDir = env.text('FIRN_DATA_DIR');
  const config = Object.freeze({
    databaseUrl: env.optionalText('FIRN_DATABASE_URL') ?? env.secret('FIRN_DATABASE_URL'),
    databaseConnectionsMax: env.integer('FIRN_DATABASE_CONNECTIONS_MAX', 10, { min: 2, max: 500 }),
    natsUrl: env.optionalText('FIRN_NATS_URL') ?? env.optionalSecret('FIRN_NATS_URL'),
    natsUrlFile: env.optionalText('FIRN_NATS_URL_FILE'),
    applianceNatsUrl:
      env.optionalText('FIRN_APPLIANCE_NATS_URL') ?? env.optionalSecret('FIRN_APPLIANCE_NATS_URL'),
    ...readAddresses(env),
    dataDir,
    masterKeyFile: env.text('FIRN_MASTER_KEY_FILE', join(dataDir, 'master-key')),
    keyServiceFile: env.optionalText('FIRN_KEY_SERVICE_FILE'),
    pricesFile: env.optionalText('FIRN_PRICES_FILE'),
    caFile: env.text('FIRN_CA_FILE', join(dataDir, 'ca.pem')),
    bootstrapTokenFile: env.optionalText('FIRN_BOOTSTRAP_TOKEN_FILE'),
    logFile: env.optionalText('FIRN_LOG_FILE'),
    applianceProgram: env.text('FIRN_APPLIANCE_PROGRAM', applianceProgram()),
    ...readTimes(env),
    applianceLimits: readApplianceLimits(env),
    attemptsMax: env.integer('FIRN_ATTEMPTS_MAX', 10, { min: 1, max: 1_000 }),
  });
  env.require(
    config.heartbeatMs * 3 <= config.leaseMs,
    'FIRN_LEASE_MS must be at least three times FIRN_HEARTBEAT_MS',
  );
  env.finish();
  return config;
}

/** A budget of 0 is none: whoever wants no appliances does not name them. */
function readApplianceLimits(env: EnvReader): ApplianceLimits {
  const dollars = env.integer('FIRN_APPLIANCE_DOLLARS_PER_MONTH_MAX', 0, { min: 0, max: 1e6 });
  return {
    atOnceMax: env.integer('FIRN_APPLIANCES_MAX', 8, { min: 1, max: 1_000 }),
    launchesPerHourMax: env.integer('FIRN_APPLIANCE_LAUNCHES_PER_HOUR_MAX', 20, {
      min: 1,
      max: 10_000,
    }),
    dollarsPerMonthMax: dollars === 0 ? undefined : dollars,
  };
}

function readAddresses(env: EnvReader) {
  const httpListen = readListen(env, 'FIRN_HTTP_LISTEN', '127.0.0.1:8443');
  const grpcListen = readListen(env, 'FIRN_GRPC_LISTEN', '127.0.0.1:8444');
  const publicUrl = env.optionalText('FIRN_PUBLIC_URL');
  const grpcPublicAddress = env.optionalText('FIRN_GRPC_PUBLIC_ADDRESS');
  const parsed = publicUrl === undefined ? undefined : URL.parse(publicUrl);
  env.require(
    publicUrl === undefined || parsed?.protocol === 'https:',
    'FIRN_PUBLIC_URL is not an address https://…',
  );
  env.require(
    grpcPublicAddress === undefined || parseListen(grpcPublicAddress) !== undefined,
    'FIRN_GRPC_PUBLIC_ADDRESS is not host:port',
  );
  const named = [
    parsed?.hostname,
    grpcPublicAddress === undefined ? undefined : parseListen(grpcPublicAddress)?.host,
    httpListen.host,
    grpcListen.host,
  ];
  const wildcards = new Set(['0.0.0.0', '::', '']);
  const serverNames = [
    ...['localhost', '127.0.0.1', '::1', hostname()],
    ...named.filter((name) => name !== undefined && !wildcards.has(name)),
  ].filter((name) => name !== undefined);
  return { httpListen, grpcListen, publicUrl, grpcPublicAddress, serverNames };
}

function readTimes(env: EnvReader) {
  const ms = (name: string, byDefault: number, min = 1) => env.integer(name, byDefault, { min });
  return {
    heartbeatMs: ms('FIRN_HEARTBEAT_MS', 10 * second, 100),
    leaseMs: ms('FIRN_LEASE_MS', 60 * second, 300),
    graceMs: ms('FIRN_GRACE_MS', 60 * second),
    resendMs: ms('FIRN_RESEND_MS', 30 * second),
    superviseMs: ms('FIRN_SUPERVISE_MS', 2 * second, 10),
    credentialLifeMs: ms('FIRN_CREDENTIAL_LIFE_MS', hour, minute),
    proxyCertificateLifeMs: ms('FIRN_PROXY_CERTIFICATE_LIFE_MS', 60 * day, minute),
    applianceLifeMs: ms('FIRN_APPLIANCE_LIFE_MS', 12 * hour, minute),
    enrollmentTokenLifeMs: ms('FIRN_ENROLLMENT_TOKEN_LIFE_MS', hour),
    viewTimeoutMs: ms('FIRN_VIEW_TIMEOUT_MS', 30 * second),
  };
}

function readListen(env: EnvReader, name: string, byDefault: string): Listen {
  const text = env.text(name, byDefault);
  const listen = parseListen(text);
  env.require(listen !== undefined, `${name} is not host:port: ${text}`);
  return listen ?? { host: '127.0.0.1', port: 0 };
}

/** `host:port` or `[v6]:port`. */
export function parseListen(text: string): Listen | undefined {
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d+)$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

function applianceProgram(): string {
  return join(import.meta.dirname, '..', '..', 'archiver-appliance', 'src', 'main.ts');
}
