import { createPrivateKey } from 'node:crypto';
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
import { enroll } from '@firn/shared/rpc/enrolment/enroll';
import { decodeJoinString } from '@firn/shared/rpc/enrolment/join-string';
import { makeWorkerKey } from '@firn/shared/rpc/enrolment/worker-key';
import { makeGrpcLink } from '@firn/shared/rpc/link/grpc-link';
import { openBox } from '@firn/shared/rpc/sealed-box';
import { systemClock } from '@firn/shared/time/system-clock';
import { systemRandom } from '@firn/shared/time/system-random';
import { makeAzureInterruptions } from './adapters/metadata/azure-interruptions.ts';
import { makeEc2Interruptions } from './adapters/metadata/ec2-interruptions.ts';
import { noInterruptions } from './adapters/metadata/no-interruptions.ts';
import { type AppliancePorts, runAppliance } from './app/run-appliance.ts';
import { type ApplianceConfig, readConfig } from './config.ts';
import type { Interruptions } from './ports/interruptions.ts';

const version = '0.1.0';

/** An appliance on the given ports; resolves when its work is done. */
export function run(
  ports: AppliancePorts,
  config: ApplianceConfig,
  signal: AbortSignal,
): Promise<void> {
  return runAppliance(ports, { ...config, version }, signal);
}

/** Enrols with the one-time token; key and certificate live in memory alone. */
async function openPorts(
  config: ApplianceConfig,
  options: { logger: Logger; releasers: Releasers; signal: AbortSignal },
): Promise<AppliancePorts> {
  const { logger, releasers, signal } = options;
  const { privateKeyPem, csr } = await makeWorkerKey();
  const enrolled = await enroll(decodeJoinString(config.joinString), csr, signal);
  const { caPem, certificatePem, linkAddress, workerId } = enrolled;
  const credentials = { caPem, certificatePem, privateKeyPem };
  const link = makeGrpcLink({ address: linkAddress, credentials: () => credentials });
  const key = createPrivateKey(privateKeyPem);
  const bus = openBus(config.natsUrl ?? enrolled.natsUrl, logger);
  releasers.add('bus', () => bus.close());
  const batches = new ComputePool({ threads: config.computeThreads });
  releasers.add('compute threads', () => batches.close());
  return {
    dial: link.dial,
    clock: systemClock,
    random: systemRandom,
    bus,
    storages: makeProviderStores(systemClock, systemRandom),
    boxes: { open: (box) => openBox(key, box) },
    compute: { ...nodeCompute, batches },
    entropy: nodeEntropy,
    interruptions: openInterruptions(config),
    logger,
    workerId,
    rssBytes: () => process.memoryUsage.rss(),
  };
}

function openInterruptions({ metadataService, metadataEndpoint }: ApplianceConfig): Interruptions {
  const endpoint = metadataEndpoint.replace(/\/$/, '');
  switch (metadataService) {
    case 'ec2':
      return makeEc2Interruptions(endpoint, systemClock);
    case 'azure':
      return makeAzureInterruptions(endpoint, systemClock);
    case 'none':
      return noInterruptions;
  }
}

/** Where it was started with none, the controller may have told one. */
function openBus(natsUrl: string | undefined, logger: Logger): Bus {
  if (natsUrl === undefined) return silentBus;
  const name = 'archiver-appliance';
  return new JetStreamBus({ url: natsUrl, name, createsStreams: false, logger });
}

/** Exit codes: 0 done, 1 ended without being done (the log says why), 2 mistaken settings. */
async function main(): Promise<number> {
  const signals = watchSignals();
  const releasers = new Releasers();
  signals.force.addEventListener('abort', () => process.exit(1), { once: true });
  const logger = makeJsonLogger({ program: 'archiver-appliance' });
  try {
    const config = readConfig(process.env);
    const ports = await openPorts(config, { logger, releasers, signal: signals.drain });
    const running = run(ports, config, signals.drain);
    process.stdout.write(`${JSON.stringify({ ready: true, workerId: ports.workerId })}\n`);
    await running;
    logger.info('appliance.done');
    return 0;
  } catch (error) {
    logger.error('appliance.ended', { error });
    return isAppError(error, 'E_CONFIG_INVALID') ? 2 : 1;
  } finally {
    await releasers.release();
    signals.stop();
  }
}

if (import.meta.main) process.exitCode = await main();
