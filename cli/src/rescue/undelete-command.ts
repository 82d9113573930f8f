import { loadProviderStores } from '@firn/shared/object-store/load-provider-stores';
import { listDeleted, undelete } from '@firn/shared/repository/immutability/undelete';
import type { HiddenBlob } from '@firn/shared/repository/ports';
import { systemClock } from '@firn/shared/time/system-clock';
import type { Command } from 'commander';
import { makeTerminal } from '../output/terminal.ts';
import { patientPorts } from './patient-ports.ts';
import { storagePlace } from './storage-url.ts';

interface UndeleteOptions {
  readonly storage: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/**
 * `firn rescue undelete`: what was deleted or replaced behind Firn's back, and
 * the storage still has by its locks or versions. Needs no password.
 */
export function addUndelete(rescue: Command, signal: AbortSignal): void {
  rescue
    .command('undelete')
    .description('bring back what somebody deleted or replaced in an immutable repository')
    .requiredOption('--storage <place>', "the repository's own folder: s3://bucket/folder/…")
    .option('--dry-run', 'only list it')
    .option('--json', 'print results as JSON')
    .action(async (options: UndeleteOptions) => {
      const terminal = makeTerminal(options.json === true);
      const place = { env: process.env, nowMs: systemClock.now(), access: 'write' } as const;
      const { ref, credential } = storagePlace(options.storage, place);
      const ports = patientPorts({ streams: process, signal });
      const store = (await loadProviderStores(ref.provider, ports)).open(ref, credential);
      const work = options.dryRun === true ? listDeleted : undelete;
      const blobs: HiddenBlob[] = [];
      for await (const blob of work(store, signal)) {
        blobs.push(blob);
        terminal.note(`${blob.name} (${blob.how})`);
      }
      const done = options.dryRun === true ? 'can be brought back' : 'are back';
      terminal.result(blobs, `${blobs.length} objects ${done}`);
    });
}
