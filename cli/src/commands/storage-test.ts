import { randomUUID } from 'node:crypto';
import { makeProviderStores } from '@firn/shared/object-store/provider-stores';
import {
  type StorageSpeed,
  standardScale,
} from '@firn/shared/object-store/storage-test/measure-speed';
import type { StorageFinding } from '@firn/shared/object-store/storage-test/storage-check';
import {
  type StorageReport,
  testStorage,
} from '@firn/shared/object-store/storage-test/test-storage';
import type { StorageClass } from '@firn/shared/rest/schemas/fields';
import { systemClock } from '@firn/shared/time/system-clock';
import { systemRandom } from '@firn/shared/time/system-random';
import { type Command, Option } from 'commander';
import { exitCode } from '../exit-code.ts';
import { formatBytes } from '../output/quantity.ts';
import { renderTable } from '../output/table.ts';
import { makeTerminal, paint } from '../output/terminal.ts';
import { storagePlace } from '../rescue/storage-url.ts';

interface TestOptions {
  readonly local: string;
  readonly speed: boolean;
  readonly storageClass: StorageClass;
  readonly json?: boolean;
}

/** `firn storage test`: what a storage does of all that repositories rest on. */
export function addStorageTest(storage: Command, signal: AbortSignal): void {
  storage
    .command('test')
    .description('try an object storage from this machine: what it must do, and how fast it is')
    .requiredOption('--local <place>', 'a folder, azure://account/container/…, s3://bucket/…')
    .option('--no-speed', 'do not measure: saves about 1,200 puts')
    .addOption(
      new Option('--storage-class <class>', 'class of data packs')
        .choices(['hot', 'cool', 'cold', 'archive'])
        .default('hot'),
    )
    .action(async (_options: TestOptions, command: Command) => {
      const options = command.optsWithGlobals<TestOptions>();
      const terminal = makeTerminal(options.json === true);
      const report = await runTest(options, {
        signal,
        onFinding: (finding) => terminal.note(findingLine(finding)),
      });
      terminal.result(report, reportText(report));
      if (!report.usable) process.exitCode = exitCode.failed;
    });
}

interface TestRun {
  readonly signal: AbortSignal;
  readonly onFinding: (finding: StorageFinding) => void;
}

async function runTest(options: TestOptions, run: TestRun): Promise<StorageReport> {
  const { env } = process;
  const place = storagePlace(options.local, { env, nowMs: systemClock.now(), access: 'write' });
  const { ref, credential } = place;
  const stores = makeProviderStores(systemClock, systemRandom);
  return await testStorage({
    ...run,
    store: stores.open(ref, credential),
    root: `firn-storage-test-${randomUUID()}/`,
    storageClass: options.storageClass,
    clock: systemClock,
    bucketState: stores.bucketState(ref, credential),
    ...(options.speed && { scale: standardScale }),
  });
}

const marks = {
  passed: () => paint('green', 'ok'),
  warning: () => paint('yellow', 'warning'),
  failed: () => paint('red', 'failed'),
} as const;

function findingLine({ check, outcome, message }: StorageFinding): string {
  return `${marks[outcome]()} ${check}${message === '' ? '' : `: ${message}`}`;
}

function reportText({ usable, speed }: StorageReport): string {
  const verdict = usable ? 'repositories can lie here' : 'repositories cannot lie here';
  return speed === undefined ? verdict : `${speedTable(speed)}\n${verdict}`;
}

function speedTable(speed: StorageSpeed): string {
  const { putMs, getMs, upload, download, smallObjectsPerSecond } = speed;
  const rate = (bytes: number) => `${formatBytes(bytes)}/s`;
  const rows = [
    { what: 'put, median', value: `${putMs} ms` },
    { what: 'get, median', value: `${getMs} ms` },
    {
      what: 'upload, 1 and 8 streams',
      value: `${rate(upload.oneStream)}, ${rate(upload.eightStreams)}`,
    },
    {
      what: 'download, 1 and 8 streams',
      value: `${rate(download.oneStream)}, ${rate(download.eightStreams)}`,
    },
    { what: 'objects of 1 KiB', value: `${smallObjectsPerSecond} a second` },
  ];
  return renderTable(rows, [
    { heading: 'SPEED', value: ({ what }) => what },
    { heading: '', value: ({ value }) => value },
  ]);
}
