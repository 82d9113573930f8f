import type { Session } from '@firn/shared/rest/schemas/session';
import { loadConfig } from '../config.ts';
import { connect } from '../context.ts';
import { formatBytes, formatCount, formatCounted } from '../output/quantity.ts';
import { durationSeconds } from '../output/session-text.ts';
import { makeTerminal } from '../output/terminal.ts';
import { enrolAgent } from './enrol-agent.ts';
import { peakRssBytes, type RunningProgram } from './environment/program.ts';
import { demoFolder } from './environment/project.ts';
import { type Environment, startEnvironment } from './environment/start-environment.ts';
import { type DemoOptions, demoTenant } from './options.ts';
import { backupFigures, copyFigures, type DemoReport } from './report.ts';
import { makeSteps, type Steps } from './steps.ts';
import { plantFault } from './story/plant-fault.ts';
import { explore, failedItems, newestCopy, restore, retrieve } from './story/recover.ts';
import {
  addOrganization,
  addStorages,
  createJobs,
  createRepositories,
  names,
} from './story/set-up.ts';
import { describeCounts, type Story, startCopyJob, startJob } from './story/story.ts';

type Figures = Omit<DemoReport, 'verified' | 'steps'>;

const snapshot = 'before-the-loss';

export interface Demo {
  readonly report: DemoReport;
  readonly environment: Environment;
}

/**
 * Plays the main job: back up, change, back up again, copy to the archive, lose
 * everything, retrieve, explore, restore, compare. A failing step throws after
 * its line; the environment is stopped then.
 */
export async function runDemo(options: DemoOptions, signal: AbortSignal): Promise<Demo> {
  const terminal = makeTerminal(false);
  const steps = makeSteps(terminal.note);
  const environment = await startEnvironment(
    { folder: demoFolder, tenant: { ...demoTenant, ...options } },
    steps,
  );
  const { url, caFile, tokenFile } = environment.controller;
  const connection = connect(loadConfig({ url, caFile, tokenFile }, {}));
  try {
    const story = { client: connection.client, terminal, signal };
    const figures = await playStory({ options, steps, environment, story });
    const verified = steps.done.every(({ ok }) => ok);
    return { report: { verified, steps: steps.done, ...figures }, environment };
  } catch (error) {
    await environment.stop();
    throw error;
  } finally {
    connection.close();
  }
}

interface Stage {
  readonly options: DemoOptions;
  readonly steps: Steps;
  readonly environment: Environment;
  readonly story: Story;
}

async function playStory(stage: Stage): Promise<Figures> {
  const agent = await setUp(stage);
  const backups = await backUp(stage);
  const copy = await copyToArchive(stage);
  await loseEverything(stage);
  const recovered = await recover(stage);
  return {
    ...backups,
    copy: copyFigures(copy),
    ...recovered,
    agent: { peakRssBytes: await peakRssBytes(agent.pid) },
  };
}

async function setUp({ options, steps, environment, story }: Stage): Promise<RunningProgram> {
  const agent = await steps.run('enrol a proxy agent', async () => ({
    value: await enrolAgent(story, environment, { name: names.proxy }),
    summary: 'one-time token, certificate of the controller',
  }));
  await steps.run('add the organization', async () => ({
    value: await addOrganization(story, environment),
    summary: `tenant ${environment.tenant.tenantId}`,
  }));
  await steps.run('add object storages', async () => ({
    value: await addStorages(story, environment),
    summary: 'Azure Blob: Hot, Archive',
  }));
  await steps.run('create repositories', async () => ({
    value: await createRepositories(story, environment),
    summary: 'encrypted by password',
  }));
  await steps.run('create jobs', async () => ({
    value: await createJobs(story, options.appliance),
    summary: options.appliance ? 'backup, copy by an appliance' : 'backup, copy',
  }));
  return agent;
}

async function backUp({ options, steps, environment, story }: Stage) {
  const { admin } = environment.tenant;
  const { users, mails, files, bytes } = await admin.stats();
  const session = (run: Session) => ({ value: run, summary: describeCounts(run) });
  const full = await steps.run('back up: full', async () =>
    session(await startJob(story, names.job)),
  );
  await steps.run('change the tenant', async () => ({
    value: undefined,
    summary: await admin.mutate(options.seed),
  }));
  const incremental = await steps.run('back up: incremental', async () =>
    session(await startJob(story, names.job)),
  );
  return {
    tenant: { users, mails, files, bytes },
    full: backupFigures(full),
    incremental: backupFigures(incremental),
  };
}

async function copyToArchive({ options, steps, environment, story }: Stage): Promise<Session> {
  const copy = await steps.run('copy to the archive', async () => {
    const run = await startCopyJob(story, names.copyJob);
    const { packs, bytes } = copyFigures(run);
    return {
      value: run,
      summary: `${describeCounts(run)}; ${formatCounted(packs, 'pack')}, ${formatBytes(bytes)}`,
    };
  });
  if (options.plantFault) {
    await steps.run('plant a fault', async () => ({
      value: undefined,
      summary: `one byte of ${await plantFault(environment.azurite)}`,
    }));
  }
  return copy;
}

async function loseEverything({ steps, environment }: Stage): Promise<void> {
  const { admin } = environment.tenant;
  await steps.run('lose everything', async () => {
    await admin.freeze(snapshot);
    return { value: undefined, summary: await admin.lose() };
  });
}

async function recover(stage: Stage) {
  const { steps, story } = stage;
  const point = await newestCopy(story, names.copyJob);
  const { retrieval, session } = await steps.run('retrieve', async () => {
    const value = await retrieve(story, point.id);
    const { packsReady, bytes, availableUntil } = value.retrieval;
    const summary = `${formatCounted(packsReady, 'pack')}, ${formatBytes(bytes)}, until ${availableUntil ?? '?'}`;
    return { value, summary };
  });
  await steps.run('explore', async () => {
    const seen = await explore(story, point.id, retrieval.id);
    const summary = `${seen.objects} objects, ${seen.folders} folders, ${formatCount(seen.items)} items`;
    return { value: seen, summary };
  });
  const restored = await steps.run('restore', async () => {
    const value = await restore(story, point.id, retrieval.id);
    return { value, summary: describeCounts(value), ok: value.state === 'success' };
  });
  for (const line of await failedItems(story, restored.id)) story.terminal.note(`    ${line}`);
  return {
    retrieval: {
      packs: retrieval.packsReady,
      bytes: retrieval.bytes,
      seconds: durationSeconds(session) ?? 0,
    },
    restore: {
      items: restored.counts?.items ?? 0,
      mismatches: await compare(stage),
      seconds: durationSeconds(restored) ?? 0,
    },
  };
}

async function compare({ steps, environment, story }: Stage): Promise<number> {
  const { mismatches, examples } = await steps.run('compare with the truth', async () => {
    const value = await environment.tenant.admin.compare(snapshot);
    const { frozen, matched } = value;
    const summary = `${formatCount(matched)} of ${formatCount(frozen)} equal, ${value.mismatches} mismatches`;
    return { value, summary, ok: value.mismatches === 0 };
  });
  for (const line of examples) story.terminal.note(`    ${line}`);
  return mismatches;
}
