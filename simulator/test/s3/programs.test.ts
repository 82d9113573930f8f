import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3TestWorld } from './s3-world.ts';

// Programs that know nothing of this server: they are run as Debian ships them.
const installed = (program: string) =>
  spawnSync(program, ['version'], { stdio: 'ignore' }).status === 0;
const withRestic = installed('restic');
const withRclone = installed('rclone');
if (!withRestic) console.log('skipped: restic is not installed');
if (!withRclone) console.log('skipped: rclone is not installed');

let world: S3TestWorld;
let source: string;

beforeAll(async () => {
  world = await S3TestWorld.start(['--bodies', 'disk']);
  source = join(world.folder, 'source');
  await mkdir(join(source, 'deep', 'er'), { recursive: true });
  await writeFile(join(source, 'big'), randomBytes(17_000_000));
  await writeFile(join(source, 'deep', 'ä b+c%.txt'), 'hello');
  await writeFile(join(source, 'deep', 'er', 'empty'), '');
});

afterAll(() => world.close());

/** Runs a program to its end; its output is the message when it fails. */
async function run(program: string, ...args: string[]): Promise<string> {
  const { AWS_CA_BUNDLE: _unused, ...environment } = process.env;
  const { accessKeyId, secretAccessKey, region } = world.server.ready;
  const child = spawn(program, args, {
    cwd: world.folder,
    env: {
      ...environment,
      HOME: world.folder,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_DEFAULT_REGION: region,
      RESTIC_PASSWORD: 'password',
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      output += piece.toString('utf8');
    });
  }
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, output }).toMatchObject({ code: 0 });
  return output;
}

describe.skipIf(!withRestic)('restic', () => {
  it('makes a repository, backs up, checks, restores and prunes', async () => {
    const repository = `s3:${world.server.ready.url}/restic-bucket/repository`;
    const restic = (...args: string[]) =>
      run('restic', '-r', repository, '--cache-dir', join(world.folder, 'cache'), ...args);
    await restic('init');
    await restic('backup', 'source');
    await restic('check', '--read-data');
    await restic('restore', 'latest', '--target', 'restored');
    const restored = await readFile(join(world.folder, 'restored', 'source', 'big'));
    expect(restored.equals(await readFile(join(source, 'big')))).toBe(true);
    await writeFile(join(source, 'small'), 'x');
    await restic('backup', 'source', '--exclude', 'big');
    await restic('forget', '--keep-last', '1', '--prune');
    await restic('check', '--read-data');
    expect(await restic('ls', 'latest')).toContain('ä b+c%.txt');
    await rm(join(source, 'small'));
  }, 120_000);
});

describe.skipIf(!withRclone)('rclone', () => {
  it('copies in parts, compares, moves and deletes', async () => {
    const { url, accessKeyId, secretAccessKey, region } = world.server.ready;
    const config = join(world.folder, 'rclone.conf');
    const settings = {
      type: 's3',
      provider: 'Other',
      endpoint: url,
      access_key_id: accessKeyId,
      secret_access_key: secretAccessKey,
      region,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    await writeFile(config, `[fake]\n${lines.join('\n')}\n`);
    const options = ['--config', config, '--s3-upload-cutoff', '6M', '--s3-chunk-size', '5M'];
    const rclone = (...args: string[]) => run('rclone', ...options, ...args);
    await rclone('mkdir', 'fake:rclone-bucket');
    await rclone('copy', 'source', 'fake:rclone-bucket/there');
    await rclone('check', '--download', 'source', 'fake:rclone-bucket/there');
    await rclone('moveto', 'fake:rclone-bucket/there/big', 'fake:rclone-bucket/there/moved');
    expect(await rclone('lsf', '-R', 'fake:rclone-bucket')).toContain('there/moved');
    await rclone('delete', 'fake:rclone-bucket/there');
    await rclone('rmdir', 'fake:rclone-bucket');
    const parts = (await world.admin('GET', 'meter')) as { operations: Record<string, number> };
    expect(parts.operations['UploadPart']).toBe(4);
  }, 120_000);
});
