import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../src/services/child-process.ts';
import type { S3Server } from './s3-suite.ts';

export interface RunningFake extends S3Server {
  stop(): Promise<void>;
}

const program = join(import.meta.dirname, '../../../simulator/src/s3/main.ts');

/** The strict S3 server of the simulator: signatures, chunks and checksums are verified. */
export async function startS3Fake(more: readonly string[] = []): Promise<RunningFake> {
  const folder = await mkdtemp(join(tmpdir(), 'firn-s3-'));
  const child = await startChild({
    name: 's3 fake',
    command: process.execPath,
    args: [program, '--data', folder, ...more],
    readyLine: /"ready"/,
  });
  const { url, accessKeyId, secretAccessKey, caFile } = JSON.parse(child.readyLine);
  return {
    endpoint: url,
    accessKeyId,
    secretAccessKey,
    ...(caFile !== '' && { caPem: await readFile(caFile, 'utf8') }),
    stop: async () => {
      await child.stop();
      await rm(folder, { recursive: true });
    },
  };
}
