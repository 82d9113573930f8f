import { randomUUID } from 'node:crypto';
import { loadProviderStores } from '@firn/shared/object-store/load-provider-stores';
import type { StorageFinding } from '@firn/shared/object-store/storage-test/storage-check';
import { testPlace } from '@firn/shared/object-store/storage-test/test-place';
import type { StorageReport } from '@firn/shared/object-store/storage-test/test-storage';
import { type StorageClass, storageClasses } from '@firn/shared/storage-class/storage-class';
import { systemClock } from '@firn/shared/time/system-clock';
import { systemRandom } from '@firn/shared/time/system-random';
import { type Command, Option } from 'commander';
import { exitCode } from '../exit-code.ts';
import { findingLine, reportText } from '../output/storage-report.ts';
import { makeTerminal } from '../output/terminal.ts';
import { storagePlace } from '../rescue/storage-url.ts';
import type { Runner } from './resource.ts';
import { type ProxyTestOptions, testFromProxy } from './storage-test-from-proxy.ts';

interface TestOptions extends ProxyTestOptions {
  readonly local?: string;
  readonly storageClass: StorageClass;
  readonly json?: boolean;
}

/** `firn storage test`: what a storage does of all that repositories rest on. */
export function addStorageTest(storage: Command, run: Runner, signal: AbortSignal): void {
  storage
    .command('test [id-or-name]')
    .description('try what an object storage must do, and how fast it is, from a proxy')
    .option('--proxy <id-or-name>', 'which proxy; default: that of its repositories, or the only')
    .option('--local <place>', 'from here: a folder, azure://account/container/…, s3://bucket/…')
    .option('--no-speed', 'do not measure: saves about 1,200 puts')
    .option('--detach', 'do not wait for the end of the session')
    .addOption(
      new Option('--storage-class <class>', 'class of data packs; with --local')
        .choices([...storageClasses])
        .default('hot'),
    )
    .action(async (name: string | undefined, _options: TestOptions, command: Command) => {
      const options = command.optsWithGlobals<TestOptions>();
      const { local } = options;
      if ((name === undefined) === (local === undefined)) {
        command.error('error: give the name of an object storage, or --local with a place');
      }
      if (name !== undefined) {
        await run(command, (context) => testFromProxy(context, name, options));
      } else if (local !== undefined) {
        await testFromHere(local, options, signal);
      }
    });
}

async function testFromHere(
  place: string,
  options: TestOptions,
  signal: AbortSignal,
): Promise<void> {
  const terminal = makeTerminal(options.json === true);
  const report = await runTest(place, options, {
    signal,
    onFinding: (finding) => terminal.note(findingLine(finding)),
  });
  terminal.result(report, reportText(report));
  if (!report.usable) process.exitCode = exitCode.failed;
}

interface TestRun {
  readonly signal: AbortSignal;
  readonly onFinding: (finding: StorageFinding) => void;
}

async function runTest(
  place: string,
  { speed, storageClass }: TestOptions,
  run: TestRun,
): Promise<StorageReport> {
  const { env } = process;
  const { ref, credential } = storagePlace(place, {
    ...{ env, nowMs: systemClock.now(), access: 'write' },
  });
  return await testPlace({
    ...run,
    stores: await loadProviderStores(ref.provider, { clock: systemClock, random: systemRandom }),
    ...{ storage: ref, credential, storageClass, clock: systemClock },
    runId: randomUUID(),
    tryId: 'local',
    measuresSpeed: speed,
  });
}
