// What a machine of a simulated cloud boots into: does with its user data what cloud-init and the
// bundle's unit do on a real one, and runs the archiver appliance of this working copy.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface WrittenFile {
  readonly path: string;
  readonly content: string;
}

const program = join(import.meta.dirname, '../../../archiver-appliance/src/main.ts');
const { USER_DATA_FILE = '', AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata = '' } = process.env;
const userData = await readFile(USER_DATA_FILE, 'utf8');
const { write_files: files } = JSON.parse(userData.replace(/^#cloud-config\n/, '')) as {
  readonly write_files: readonly WrittenFile[];
};
const contentOf = (path: string) => files.find((file) => file.path === path)?.content ?? '';

const folder = await mkdtemp(join(tmpdir(), 'firn-machine-'));
const joinFile = join(folder, 'join');
await writeFile(joinFile, contentOf('/etc/firn/join'), { mode: 0o600 });
const lines = contentOf('/etc/firn/archiver-appliance.env').trim().split('\n');
const settings = Object.fromEntries(lines.map((line) => line.split('=', 2)));
const appliance = spawn(process.execPath, [program], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    PATH: process.env['PATH'],
    ...settings,
    FIRN_JOIN_FILE: joinFile,
    FIRN_METADATA_ENDPOINT: metadata,
  },
});
process.once('SIGTERM', () => appliance.kill('SIGTERM'));
await once(appliance, 'exit');
await rm(folder, { recursive: true });
