import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StorageTestResult } from '@firn/shared/rest/schemas/object-storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../cli/src/config.ts';
import { type Connection, connect } from '../../cli/src/context.ts';
import { enrolAgent } from '../../cli/src/demo/enrol-agent.ts';
import type { RunningProgram } from '../../cli/src/demo/environment/program.ts';
import {
  type Environment,
  startEnvironment,
} from '../../cli/src/demo/environment/start-environment.ts';
import { makeSteps } from '../../cli/src/demo/steps.ts';
import { addStorages, names } from '../../cli/src/demo/story/set-up.ts';
import type { Story } from '../../cli/src/demo/story/story.ts';
import { makeTerminal } from '../../cli/src/output/terminal.ts';
import { leftIn, makeBucket } from '../../shared/test/s3/plain-client.ts';
import { type RunningFake, startS3Fake } from '../../shared/test/s3/s3-fake.ts';
import { killDuring } from './kill-during.ts';

const bucket = 'tested-by-proxy';
const program = join(import.meta.dirname, '../../cli/src/main.ts');
const tenant = {
  ...{ users: 1, foldersPerUser: 1, mailsPerUser: 1, mailMeanBytes: 1_000 },
  ...{ filesPerUser: 1, seed: 7, latencyMs: 0 },
};

describe('firn storage test, from a proxy', () => {
  let folder: string;
  let environment: Environment;
  let s3: RunningFake;
  let connection: Connection;
  let story: Story;
  let agent: RunningProgram;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firn-e2e-'));
    const place = { folder: join(folder, 'demo'), tenant };
    environment = await startEnvironment(
      place,
      makeSteps(() => undefined),
    );
    s3 = await startS3Fake();
    await makeBucket(s3, bucket);
    connection = connect(loadConfig(environment.controller, {}));
    const { signal } = new AbortController();
    story = { client: connection.client, terminal: makeTerminal(true), signal };
    agent = await enrolAgent(story, environment, { name: names.proxy });
    await addStorages(story, environment);
    const { endpoint, accessKeyId, secretAccessKey } = s3;
    await story.client.call('createObjectStorage', {
      body: {
        ...{ name: 'bucket', provider: 's3', container: bucket, folder: 'backups' },
        ...{ endpoint, accessKeyId, secretAccessKey },
      },
    });
  });

  afterAll(async () => {
    connection?.close();
    await environment?.stop();
    await s3?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** What the command prints. Fails with its exit code. */
  async function run(args: readonly string[]): Promise<StorageTestResult> {
    const { url, tokenFile, caFile } = environment.controller;
    const access = ['--url', url, '--token-file', tokenFile, '--ca-file', caFile, '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...args, ...access]);
    return JSON.parse(stdout);
  }

  it.each([names.hotStorage, names.archiveStorage, 'bucket'])('finds %s good', async (storage) => {
    const { findings, speed, usable } = await run(['storage', 'test', storage, '--no-speed']);
    expect(findings.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect(findings.length).toBeGreaterThan(8);
    expect(speed).toBeUndefined();
    expect(usable).toBe(true);
  });

  it('measures the speed, and leaves nothing in the bucket', async () => {
    const { speed } = await run(['storage', 'test', 'bucket', '--proxy', names.proxy]);
    expect(speed?.uploadOneStream).toBeGreaterThan(0);
    expect(speed?.smallObjectsPerSecond).toBeGreaterThan(0);
    expect(await leftIn(s3, bucket)).toEqual([]);
  });

  it('begins anew after its agent was killed, and removes what the killed try had put', async () => {
    const started = await story.client.call('testObjectStorage', {
      params: { objectStorage: 'bucket' },
      body: {},
    });
    const killed = await killDuring(story, started, {
      agent,
      restart: () => environment.startAgent(),
      when: ({ current }) => current !== '',
    });
    agent = killed.agent;
    expect(killed.session.state).toBe('success');
    expect(killed.session.storageTest?.usable).toBe(true);
    expect(await leftIn(s3, bucket)).toEqual([]);
  });
});
