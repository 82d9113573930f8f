import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bus } from '@firn/shared/bus/bus';
import { JetStreamBus } from '@firn/shared/bus/jetstream-bus';
import { MemoryBus } from '@firn/shared/bus/memory-bus';
import { isAppError } from '@firn/shared/errors/app-error';
import { FileKeyService } from '@firn/shared/key-service/file-key-service';
import { Releasers } from '@firn/shared/lifecycle/releasers';
import { watchSignals } from '@firn/shared/lifecycle/signals';
import { makeJsonLogger } from '@firn/shared/observe/json-logger';
import type { Logger } from '@firn/shared/observe/logger';
import { systemClock } from '@firn/shared/time/system-clock';
import { loadAuthorityKeys } from './adapters/crypto/load-authority.ts';
import { loadMasterKey, makeVault } from './adapters/crypto/master-key-vault.ts';
import { nodeCertificateReader } from './adapters/crypto/node-certificate-reader.ts';
import { nodeSecrets } from './adapters/crypto/node-secrets.ts';
import { makeX509Authority } from './adapters/crypto/x509-authority.ts';
import { loadPrices } from './adapters/files/price-tables.ts';
import { readTextFile, writeTextFile } from './adapters/files/text-files.ts';
import { makeLaunchers } from './adapters/launchers.ts';
import { migrate } from './adapters/postgres/migrate.ts';
import { makePool } from './adapters/postgres/pool.ts';
import { makePostgresDatabase } from './adapters/postgres/postgres-database.ts';
import { makeCronTicker } from './adapters/schedule/cron-ticker.ts';
import { cronerCalendar } from './adapters/schedule/croner-calendar.ts';
import { makeHeaderChanges, makeHeaderMaker } from './adapters/storage/repository-header-maker.ts';
import { makeStorageAccounts } from './adapters/storage/storage-accounts.ts';
import { type ControllerConfig, readConfig } from './config.ts';
import { type ControllerPorts, runController } from './run-controller.ts';

const migrationsFolder = join(import.meta.dirname, '..', 'sql');

/** Builds the adapters: the only place that does. */
export async function buildPorts(
  config: ControllerConfig,
  logger: Logger,
  releasers: Releasers,
): Promise<ControllerPorts> {
  const clock = systemClock;
  const pool = makePool({
    url: config.databaseUrl,
    connectionsMax: config.databaseConnectionsMax,
    logger,
  });
  releasers.add('postgres', () => pool.end());
  const applied = await migrate(pool, migrationsFolder);
  if (applied.length > 0) logger.info('postgres.migrated', { migrations: applied.join(', ') });
  const database = makePostgresDatabase(pool);
  const vault = makeVault(await loadMasterKey(config.masterKeyFile));
  const keys = await loadAuthorityKeys({
    records: database.authorities,
    vault,
    secrets: nodeSecrets,
    nowMs: clock.now(),
  });
  const { keyServiceFile } = config;
  const keyService = keyServiceFile === undefined ? undefined : new FileKeyService(keyServiceFile);
  const bus = makeBus(config, logger);
  releasers.add('bus', () => bus.close());
  return {
    clock,
    logger,
    database,
    vault,
    bus,
    secrets: nodeSecrets,
    authority: await makeX509Authority(keys, () => clock.now()),
    certificateReader: nodeCertificateReader,
    storageAccounts: makeStorageAccounts(clock),
    makeHeader: makeHeaderMaker(keyService),
    headerChanges: makeHeaderChanges(keyService),
    prices: await loadPrices(config.pricesFile),
    launchers: makeLaunchers({
      program: config.applianceProgram,
      folder: join(config.dataDir, 'appliances'),
      environment: applianceEnvironment(config),
      logger,
      clock,
    }),
    calendar: cronerCalendar,
    ticker: makeCronTicker(logger),
    files: { read: readTextFile, write: writeTextFile },
    announceReady: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
  };
}

function makeBus(config: ControllerConfig, logger: Logger): Bus {
  if (config.natsUrl === undefined) return new MemoryBus();
  return new JetStreamBus({
    url: config.natsUrl,
    name: 'firn-controller',
    createsStreams: true,
    logger,
  });
}

/** Its own settings; the bus is that of the controller. */
function applianceEnvironment(config: ControllerConfig): Record<string, string> {
  const { natsUrl, natsUrlFile } = config;
  if (natsUrl === undefined) return {};
  return natsUrlFile === undefined
    ? { FIRN_NATS_URL: natsUrl }
    : { FIRN_NATS_URL_FILE: natsUrlFile };
}

/** @returns the exit code: 0 stopped by a signal, 1 failed, 2 the settings are wrong */
async function main(): Promise<number> {
  const releasers = new Releasers();
  const signals = watchSignals();
  let logger = makeJsonLogger({ program: 'controller' });
  signals.force.addEventListener('abort', () => process.exit(1));
  try {
    const config = readConfig(process.env);
    if (config.logFile !== undefined) {
      logger = makeJsonLogger({ program: 'controller', file: config.logFile });
    }
    const ports = await buildPorts(config, logger, releasers);
    const { version } = JSON.parse(
      await readFile(join(import.meta.dirname, '..', 'package.json'), 'utf8'),
    ) as { version: string };
    await runController(ports, { ...config, version }, signals.drain);
    return 0;
  } catch (error) {
    logger.error('controller.failed', { error });
    return isAppError(error, 'E_CONFIG_INVALID') ? 2 : 1;
  } finally {
    await releasers.release().catch((error: unknown) => {
      logger.error('controller.not_released', { error });
    });
    signals.stop();
  }
}

if (import.meta.main) process.exitCode = await main();
