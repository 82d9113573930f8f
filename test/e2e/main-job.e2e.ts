import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idempotencyKey } from '../../cli/src/commands/work.ts';
import { loadConfig } from '../../cli/src/config.ts';
import { type Connection, connect } from '../../cli/src/context.ts';
import { enrolAgent } from '../../cli/src/demo/enrol-agent.ts';
import type { RunningProgram } from '../../cli/src/demo/environment/program.ts';
import {
  type Environment,
  startEnvironment,
} from '../../cli/src/demo/environment/start-environment.ts';
import { makeSteps } from '../../cli/src/demo/steps.ts';
import { explore, newestCopy, restore, retrieve } from '../../cli/src/demo/story/recover.ts';
import {
  addOrganization,
  addStorages,
  createRepositories,
  names,
} from '../../cli/src/demo/story/set-up.ts';
import { type Story, startJob } from '../../cli/src/demo/story/story.ts';
import { makeTerminal } from '../../cli/src/output/terminal.ts';
import { killDuring } from './kill-during.ts';

const commitIntervalMs = 50;

describe('the main job, with the agent killed in the middle', () => {
  let folder: string;
  let environment: Environment;
  let connection: Connection;
  let story: Story;
  let agent: RunningProgram;
  const restart = () => environment.startAgent({ commitIntervalMs });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firn-e2e-'));
    const tenant = {
      users: 4,
      foldersPerUser: 5,
      mailsPerUser: 60,
      mailMeanBytes: 20_000,
      filesPerUser: 6,
      seed: 7,
      latencyMs: 10,
    };
    environment = await startEnvironment(
      { folder: join(folder, 'demo'), tenant },
      makeSteps(() => undefined),
    );
    connection = connect(loadConfig(environment.controller, {}));
    story = {
      client: connection.client,
      terminal: makeTerminal(true),
      signal: new AbortController().signal,
    };
    agent = await enrolAgent(story, environment, { name: names.proxy, commitIntervalMs });
    await addOrganization(story, environment);
    await addStorages(story, environment);
    await createRepositories(story, environment);
    await story.client.call('createJob', {
      body: { name: names.job, organizationId: names.organization, repositoryId: names.repository },
    });
    await story.client.call('createCopyJob', {
      body: {
        name: names.copyJob,
        jobId: names.job,
        repositoryId: names.archive,
        packSizeMiB: 1,
      },
    });
  });

  afterAll(async () => {
    connection?.close();
    await environment?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('finishes a backup whose agent was killed, without reading committed objects again', async () => {
    const started = await story.client.call('startJob', {
      params: { job: names.job },
      body: {},
      idempotencyKey: idempotencyKey(),
    });
    const killed = await killDuring(story, started, {
      agent,
      restart,
      when: ({ objectsDone }) => objectsDone >= 2,
    });
    agent = killed.agent;
    expect(killed.interrupted).toMatch(/^backup: /);
    expect(killed.session.state).toBe('success');
    expect(killed.session.objects.total).toBe(8);
  });

  it('reads only what changed afterwards', async () => {
    await environment.tenant.admin.mutate(11);
    const session = await startJob(story, names.job);
    expect(session.state).toBe('success');
    expect(session.counts?.items).toBeGreaterThan(0);
    expect(session.counts?.items).toBeLessThan(4 * 66);
  });

  it('finishes a copy whose agent was killed', async () => {
    const started = await story.client.call('startCopyJob', {
      params: { copyJob: names.copyJob },
      body: { seal: true },
      idempotencyKey: idempotencyKey(),
    });
    const killed = await killDuring(story, started, {
      agent,
      restart,
      when: ({ packs }) => packs >= 1,
    });
    agent = killed.agent;
    expect(killed.interrupted).toMatch(/^copy: /);
    expect(killed.session.state).toBe('success');
  });

  it('brings everything back from the archive copy as it was', async () => {
    const { admin } = environment.tenant;
    await admin.freeze('e2e');
    await admin.lose();
    const point = await newestCopy(story, names.copyJob);
    const { retrieval } = await retrieve(story, point.id);
    expect(retrieval.state).toBe('retrieved');
    const seen = await explore(story, point.id, retrieval.id);
    const restored = await restore(story, point.id, retrieval.id);
    expect(restored.state).toBe('success');
    const comparison = await admin.compare('e2e');
    expect(comparison).toMatchObject({ mismatches: 0, examples: [] });
    expect(comparison.matched).toBe(seen.items);
    expect((await admin.stats()).sent).toBe(0);
  });
});
