import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idempotencyKey } from '../../cli/src/commands/work.ts';
import { loadConfig } from '../../cli/src/config.ts';
import { connect } from '../../cli/src/context.ts';
import { enrolAgent } from '../../cli/src/demo/enrol-agent.ts';
import type { RunningProgram } from '../../cli/src/demo/environment/program.ts';
import {
  type Environment,
  startEnvironment,
} from '../../cli/src/demo/environment/start-environment.ts';
import { makeSteps } from '../../cli/src/demo/steps.ts';
import { newestCopy } from '../../cli/src/demo/story/recover.ts';
import {
  addOrganization,
  containers,
  createRepositories,
  names,
} from '../../cli/src/demo/story/set-up.ts';
import { type Story, startCopyJob, startJob } from '../../cli/src/demo/story/story.ts';
import { makeTerminal } from '../../cli/src/output/terminal.ts';
import { Releasers } from '../../shared/src/lifecycle/releasers.ts';
import { type RunningFront, startAzureFront } from '../../shared/test/azure/azure-front.ts';

/** Firn as processes, with a copy in the archive of the front, which bills what thaws. */
export interface RetrievalWorld {
  readonly story: Story;
  readonly environment: Environment;
  readonly front: RunningFront;
  /** Of the copy. */
  readonly point: string;
  agent(): RunningProgram;
  /** SIGKILL, and the next process. */
  killAgent(): Promise<void>;
  /** Names in the archive repository that hold this text. */
  namesWith(part: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const tenant = {
  users: 3,
  foldersPerUser: 4,
  mailsPerUser: 50,
  mailMeanBytes: 40_000,
  filesPerUser: 8,
  seed: 11,
  latencyMs: 0,
};
/** 15 hours are 7 seconds. */
const speed = 7_700;

export async function startRetrievalWorld(): Promise<RetrievalWorld> {
  const releasers = new Releasers();
  try {
    return await build(releasers);
  } catch (error) {
    await releasers.release();
    throw error;
  }
}

async function build(releasers: Releasers): Promise<RetrievalWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'firn-kill-'));
  releasers.add('folder', () => rm(folder, { recursive: true, force: true }));
  const front = await startAzureFront();
  releasers.add('front', () => front.stop());
  const steps = makeSteps(() => undefined);
  const environment = await startEnvironment({ folder: join(folder, 'demo'), tenant }, steps);
  releasers.add('environment', () => environment.stop());
  const connection = connect(loadConfig(environment.controller, {}));
  releasers.add('connection', async () => connection.close());
  const signal = new AbortController().signal;
  const story = { client: connection.client, terminal: makeTerminal(true), signal };
  let agent = await enrolAgent(story, environment, { name: names.proxy });
  await makeCopy(story, environment, front);
  const { id: point } = await newestCopy(story, names.copyJob);
  // Slow enough for a kill in the middle of many requests.
  await front.administer('latency', { fixedMs: 20 });
  await front.administer('rehydrations', { speed });
  const container = front.plainClient().getContainerClient(containers.archive);
  return {
    story,
    environment,
    front,
    point,
    agent: () => agent,
    killAgent: async () => {
      agent.kill('SIGKILL');
      await agent.exited;
      agent = await environment.startAgent();
    },
    namesWith: async (part) => {
      const found: string[] = [];
      for await (const { name } of container.listBlobsFlat()) {
        if (name.includes(part)) found.push(name);
      }
      return found;
    },
    stop: () => releasers.release(),
  };
}

async function makeCopy(story: Story, environment: Environment, front: RunningFront) {
  await addOrganization(story, environment);
  const places = [
    [names.hotStorage, containers.hot, 'hot', environment.azurite],
    [names.archiveStorage, containers.archive, 'archive', front],
  ] as const;
  for (const [name, container, storageClass, account] of places) {
    const { endpoint, accountName, accountKey } = account;
    const place = { provider: 'azure-blob', endpoint, accountName, accountKey } as const;
    await story.client.call('createObjectStorage', {
      body: { ...place, name, container, storageClass },
    });
  }
  await createRepositories(story, environment);
  await story.client.call('createJob', {
    body: { name: names.job, organizationId: names.organization, repositoryId: names.repository },
  });
  const copyJob = { name: names.copyJob, jobId: names.job, repositoryId: names.archive };
  await story.client.call('createCopyJob', { body: { ...copyJob, packSizeMiB: 1 } });
  await startJob(story, names.job);
  await startCopyJob(story, names.copyJob);
}

/** At once, whatever it costs. */
export async function startRetrieval({ story, point }: RetrievalWorld) {
  return await story.client.call('createRetrieval', {
    body: { restorePointId: point, speed: 'standard' },
    idempotencyKey: idempotencyKey(),
  });
}
