import { defaultThreads } from '@firn/shared/compute/pool/compute-pool';
import { type Environment, EnvReader } from '@firn/shared/config/env-reader';

/** Settings of a proxy agent; docs/configuration-agent.md describes them. */
export interface AgentConfig {
  readonly dataFolder: string;
  /** Needed once, to enrol. */
  readonly joinString: string | undefined;
  /** Instead of the address in the join string. */
  readonly controllerUrl: string | undefined;
  /** Without it nobody sees progress; nothing else changes. */
  readonly natsUrl: string | undefined;
  readonly logFile: string | undefined;
  readonly objectConcurrency: number;
  readonly packConcurrency: number;
  /** Threads that compress and seal. */
  readonly computeThreads: number;
  readonly commitIntervalMs: number;
  readonly retrievalPollMs: number;
  readonly graceMs: number;
  /** 0: no browse cache, and no search. */
  readonly browseCacheBytes: number;
}

/** E_CONFIG_INVALID names all mistakes. */
export function readConfig(environment: Environment): AgentConfig {
  const env = new EnvReader(environment);
  const config = {
    dataFolder: env.text('FIRN_DATA_DIR'),
    joinString: env.optionalText('FIRN_JOIN') ?? env.optionalSecret('FIRN_JOIN'),
    controllerUrl: env.optionalText('FIRN_CONTROLLER_URL'),
    natsUrl: env.optionalText('FIRN_NATS_URL') ?? env.optionalSecret('FIRN_NATS_URL'),
    logFile: env.optionalText('FIRN_LOG_FILE'),
    objectConcurrency: env.integer('FIRN_OBJECT_CONCURRENCY', 4, { min: 1, max: 64 }),
    packConcurrency: env.integer('FIRN_PACK_CONCURRENCY', 2, { min: 1, max: 32 }),
    computeThreads: env.integer('FIRN_COMPUTE_THREADS', defaultThreads(), { min: 1, max: 64 }),
    commitIntervalMs: env.integer('FIRN_COMMIT_INTERVAL_MS', 60_000, { min: 50, max: 300_000 }),
    retrievalPollMs: env.integer('FIRN_RETRIEVAL_POLL_MS', 60_000, { min: 50 }),
    graceMs: env.integer('FIRN_GRACE_MS', 20_000, { min: 0 }),
    browseCacheBytes: env.integer('FIRN_BROWSE_CACHE_BYTES', 2 * 1024 ** 3, { min: 0 }),
  };
  env.finish();
  return Object.freeze(config);
}
