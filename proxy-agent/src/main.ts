import { join } from 'node:path';
import type { Bus } from '@firn/shared/bus/bus';
import { JetStreamBus } from '@firn/shared/bus/jetstream-bus';
import { silentBus } from '@firn/shared/bus/silent-bus';
import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import { ComputePool } from '@firn/shared/compute/pool/compute-pool';
import { isAppError } from '@firn/shared/errors/app-error';
import { Releasers } from '@firn/shared/lifecycle/releasers';
import { watchSignals } from '@firn/shared/lifecycle/signals';
import { makeProviderStores } from '@firn/shared/object-store/provider-stores';
import { makeJsonLogger } from '@firn/shared/observe/json-logger';
import type { Logger } from '@firn/shared/observe/logger';
import { decodeJoinString, type JoinString } from '@firn/shared/rpc/enrolment/join-string';
import { makeGrpcLink } from '@firn/shared/rpc/link/grpc-link';
import { systemClock } from '@firn/shared/time/system-clock';
import { systemRandom } from '@firn/shared/time/system-random';
import { openSqliteBrowseCache } from './adapters/browse-cache/sqlite-browse-cache.ts';
import { EnrolledIdentity } from './adapters/identity/enrolled-identity.ts';
import { IdentityFile } from './adapters/identity/identity-file.ts';
import { openSqliteJournal } from './adapters/journal/sqlite-journal.ts';
import { SharedChunkFiles } from './adapters/shared-chunks/shared-chunk-files.ts';
import { makeSources } from './adapters/sources/organization-sources.ts';
import { makeProviderStorageTester } from './adapters/storage-test/provider-storage-tester.ts';
import { type AgentPorts, runAgent } from './app/run-agent.ts';
import { type AgentConfig, readConfig } from './config.ts';
import type { BrowseCache } from './ports/browse-cache.ts';

const version = '0.1.0';

/** A proxy agent on the given ports; resolves when it has stopped. */
export function run(
  ports: AgentPorts,
  config: AgentConfig,
  signal: AbortSignal,
): Promise<'stopped' | 'superseded'> {
  return runAgent(ports, { ...config, version }, signal);
}

/** The real ports. What they hold is added to releasers. */
async function openPorts(
  config: AgentConfig,
  options: { logger: Logger; releasers: Releasers; signal: AbortSignal },
): Promise<AgentPorts> {
  const { logger, releasers, signal } = options;
  const folder = new IdentityFile(config.dataFolder);
  const identity = await EnrolledIdentity.open(folder, joinOf(config), signal);
  const link = makeGrpcLink({
    address: identity.linkAddress,
    credentials: () => identity.linkCredentials(),
  });
  identity.renewBy(link.renewCertificate);
  const journal = await openSqliteJournal(join(config.dataFolder, 'journal.db'));
  releasers.add('journal', () => journal.close());
  const browseCache = openBrowseCache(config);
  releasers.add('browse cache', async () => browseCache?.close());
  const sharedChunks = new SharedChunkFiles(join(config.dataFolder, 'shared-chunks'), logger);
  releasers.add('shared chunks', () => sharedChunks.close());
  const bus = openBus(config, logger);
  releasers.add('bus', () => bus.close());
  const stores = makeProviderStores(systemClock, systemRandom);
  const batches = new ComputePool({ threads: config.computeThreads });
  releasers.add('compute threads', () => batches.close());
  return {
    journal,
    browseCache,
    sharedChunks: (repositoryId) => sharedChunks.open(repositoryId),
    bus,
    identity,
    boxes: identity,
    dial: link.dial,
    view: link.view,
    clock: systemClock,
    random: systemRandom,
    entropy: nodeEntropy,
    compute: { ...nodeCompute, batches },
    stores,
    testStorage: makeProviderStorageTester(stores, systemClock),
    sources: makeSources(systemClock, systemRandom),
    logger,
    rssBytes: () => process.memoryUsage.rss(),
  };
}

function joinOf({ joinString, controllerUrl }: AgentConfig): JoinString | undefined {
  if (joinString === undefined) return undefined;
  const decoded = decodeJoinString(joinString);
  return controllerUrl === undefined ? decoded : { ...decoded, controllerUrl };
}

function openBrowseCache({ dataFolder, browseCacheBytes }: AgentConfig): BrowseCache | undefined {
  if (browseCacheBytes === 0) return undefined;
  const path = join(dataFolder, 'browse-cache.db');
  return openSqliteBrowseCache({ path, bytesMax: browseCacheBytes });
}

function openBus({ natsUrl }: AgentConfig, logger: Logger): Bus {
  if (natsUrl === undefined) return silentBus;
  return new JetStreamBus({ url: natsUrl, name: 'proxy-agent', createsStreams: false, logger });
}

/** Exit codes: 0 stopped, 1 failed, 2 mistaken settings, 3 superseded. */
async function main(): Promise<number> {
  const signals = watchSignals();
  const releasers = new Releasers();
  signals.force.addEventListener('abort', () => process.exit(1), { once: true });
  let logger: Logger = makeJsonLogger({ program: 'proxy-agent' });
  try {
    const config = readConfig(process.env);
    if (config.logFile !== undefined) {
      logger = makeJsonLogger({ program: 'proxy-agent', file: config.logFile });
    }
    const ports = await openPorts(config, { logger, releasers, signal: signals.drain });
    const running = run(ports, config, signals.drain);
    process.stdout.write(`${JSON.stringify({ ready: true, workerId: ports.identity.workerId })}\n`);
    return (await running) === 'superseded' ? 3 : 0;
  } catch (error) {
    logger.error('agent.failed', { error });
    return isAppError(error, 'E_CONFIG_INVALID') ? 2 : 1;
  } finally {
    await releasers.release();
    signals.stop();
  }
}

if (import.meta.main) process.exitCode = await main();
