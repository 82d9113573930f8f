import { defaultThreads } from '@firn/shared/compute/pool/compute-pool';
import { type Environment, EnvReader } from '@firn/shared/config/env-reader';

/** Settings of an archiver appliance; docs/configuration-agent.md describes them. */
export interface ApplianceConfig {
  /** The only secret that it is started with. */
  readonly joinString: string;
  readonly natsUrl: string | undefined;
  readonly taskConcurrency: number;
  /** Threads that compress and seal. */
  readonly computeThreads: number;
  /** It ends when it had no link for so long. */
  readonly silenceMsMax: number;
  /** It ends after so long, whatever it does. */
  readonly lifetimeMsMax: number;
  /** Who tells the machine of its end. */
  readonly metadataService: 'none' | 'ec2' | 'azure';
  readonly metadataEndpoint: string;
}

/** E_CONFIG_INVALID names all mistakes. */
export function readConfig(environment: Environment): ApplianceConfig {
  const env = new EnvReader(environment);
  const join = env.optionalText('FIRN_JOIN') ?? env.optionalSecret('FIRN_JOIN');
  env.require(join !== undefined, 'neither FIRN_JOIN nor FIRN_JOIN_FILE is set');
  const config = {
    joinString: join ?? '',
    natsUrl: env.optionalText('FIRN_NATS_URL') ?? env.optionalSecret('FIRN_NATS_URL'),
    taskConcurrency: env.integer('FIRN_PACK_CONCURRENCY', 2, { min: 1, max: 32 }),
    computeThreads: env.integer('FIRN_COMPUTE_THREADS', defaultThreads(), { min: 1, max: 64 }),
    silenceMsMax: env.integer('FIRN_SILENCE_MAX_MS', 15 * 60_000, { min: 1000 }),
    lifetimeMsMax: env.integer('FIRN_LIFETIME_MAX_MS', 24 * 3_600_000, { min: 1000 }),
    metadataService: env.choice('FIRN_METADATA_SERVICE', ['none', 'ec2', 'azure'], 'none'),
    metadataEndpoint: env.url('FIRN_METADATA_ENDPOINT', ['http'], 'http://169.254.169.254'),
  };
  env.finish();
  return Object.freeze(config);
}
