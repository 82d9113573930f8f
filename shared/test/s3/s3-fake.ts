import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../src/services/child-process.ts';
import type { S3Server } from './s3-suite.ts';

/** At standard speed, out of GLACIER. */
const longestThawMs = 5 * 3_600_000;

export interface RunningFake extends S3Server {
  /** Posts to its administrator: `clock`, `credentials`, `roles`, … */
  administer(what: string, body: unknown): Promise<void>;
  /** Gets from its administrator: `meter`, `buckets`. */
  ask(what: string): Promise<unknown>;
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
  const { url, accessKeyId, secretAccessKey, adminToken, caFile } = JSON.parse(child.readyLine);
  const headers = { authorization: `Bearer ${adminToken}` };
  const administer = async (what: string, body: unknown) => {
    const asked = { method: 'POST', headers, body: JSON.stringify(body) };
    const reply = await fetch(`${url}/_admin/${what}`, asked);
    if (!reply.ok) throw new Error(`the S3 fake refused ${what}: ${await reply.text()}`);
  };
  const ask = async (what: string): Promise<unknown> => {
    const reply = await fetch(`${url}/_admin/${what}`, { headers });
    return reply.json();
  };
  return {
    ask,
    endpoint: url,
    accessKeyId,
    secretAccessKey,
    ...(caFile !== '' && { caPem: await readFile(caFile, 'utf8') }),
    administer,
    finishRestorations: () => administer('clock', { advanceMs: longestThawMs }),
    stop: async () => {
      await child.stop();
      await rm(folder, { recursive: true });
    },
  };
}
