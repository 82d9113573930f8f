import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../cli/src/config.ts';
import { type Connection, connect } from '../../cli/src/context.ts';
import { enrolAgent } from '../../cli/src/demo/enrol-agent.ts';
import {
  type Environment,
  startEnvironment,
} from '../../cli/src/demo/environment/start-environment.ts';
import { makeSteps } from '../../cli/src/demo/steps.ts';
import {
  addOrganization,
  addStorages,
  containers,
  names,
} from '../../cli/src/demo/story/set-up.ts';
import { type Story, startJob } from '../../cli/src/demo/story/story.ts';
import { makeTerminal } from '../../cli/src/output/terminal.ts';

const program = join(import.meta.dirname, '../../cli/src/main.ts');
const repository = 'sealed';
const key = 'backup-2026';
const tenant = {
  ...{ users: 1, foldersPerUser: 1, mailsPerUser: 3, mailMeanBytes: 1_000 },
  ...{ filesPerUser: 1, seed: 7, latencyMs: 0 },
};

interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('a repository that a key of a key service opens', () => {
  let folder: string;
  let environment: Environment;
  let connection: Connection;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firn-e2e-'));
    const keyServiceFile = await file('keys', JSON.stringify({ [key]: 'ab'.repeat(32) }));
    const place = { folder: join(folder, 'demo'), tenant, keyServiceFile };
    environment = await startEnvironment(
      place,
      makeSteps(() => undefined),
    );
    connection = connect(loadConfig(environment.controller, {}));
  });

  afterAll(async () => {
    connection?.close();
    await environment?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function file(name: string, content: string): Promise<string> {
    await writeFile(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  }

  async function run(args: readonly string[], env = {}, input = ''): Promise<Answer> {
    const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, ...env } });
    child.stdin.end(input);
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await ended, stdout, stderr };
  }

  /** A command that asks the controller. */
  function firn(args: readonly string[], input = ''): Promise<Answer> {
    const { url, tokenFile, caFile } = environment.controller;
    const access = ['--url', url, '--token-file', tokenFile, '--ca-file', caFile, '--json'];
    return run([...args, ...access], {}, input);
  }

  function rescue(args: readonly string[], input = ''): Promise<Answer> {
    const { endpoint, accountName, accountKey } = environment.azurite;
    const storage = ['--storage', `azure://${accountName}/${containers.hot}`, '--json'];
    const env = { AZURE_STORAGE_BLOB_ENDPOINT: endpoint, AZURE_STORAGE_KEY: accountKey };
    return run(['rescue', ...args, ...storage], env, input);
  }

  it('is made, backed up and rescued without any password', async () => {
    const { signal } = new AbortController();
    const story: Story = { client: connection.client, terminal: makeTerminal(true), signal };
    const agent = await enrolAgent(story, environment, { name: names.proxy });
    await addOrganization(story, environment);
    await addStorages(story, environment);
    const create = ['repository', 'create', repository, '--proxy', names.proxy];
    const storage = ['--storage', names.hotStorage];
    const unknown = await firn([...create, ...storage, '--kms-key', 'another']);
    expect(unknown.stderr).toContain('E_KEY_SERVICE_KEY_UNKNOWN');
    const created = await firn([...create, ...storage, '--kms-key', key]);
    expect(created).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await firn(['repository', 'keys', repository]);
    expect(JSON.parse(stdout).slots).toMatchObject([{ type: 'kms', kmsKeyId: key }]);
    await story.client.call('createJob', {
      body: { name: names.job, organizationId: names.organization, repositoryId: repository },
    });
    expect((await startJob(story, names.job)).counts?.items).toBeGreaterThan(0);
    await agent.stop();
    await environment.startAgent();
    expect((await startJob(story, names.job)).state).toBe('success');
  }, 180_000);

  it('is rescued by the file of keys, and by nothing that is not in it', async () => {
    const withKeys = (path: string) => rescue(['list', '--key-service-file', path]);
    const listed = await withKeys(join(folder, 'keys'));
    expect(JSON.parse(listed.stdout)).toHaveLength(2);
    const target = join(folder, 'restored');
    const restore = ['restore', '--to', target, '--key-service-file', join(folder, 'keys')];
    const { items, failed } = JSON.parse((await rescue(restore)).stdout);
    expect({ items, failed }).toEqual({ items: expect.any(Number), failed: 0 });
    expect(items).toBeGreaterThan(0);
    expect((await rescue(['list'])).stderr).toContain(`needs key ${key} of a key service`);
    const lost = await withKeys(await file('lost', '{}'));
    expect(lost.stderr).toContain(`E_KEY_SERVICE_KEY_UNKNOWN: there is no key ${key}`);
  }, 180_000);

  it('opens with a password that is added, without the key', async () => {
    const add = ['repository', 'password', 'add', repository, '--new-password-file', '-'];
    expect(await firn(add, 'a password\n')).toMatchObject({ code: 0, stderr: '' });
    const listed = await rescue(['list', '--password-file', '-'], 'a password\n');
    expect(JSON.parse(listed.stdout)).toHaveLength(2);
  });
});
